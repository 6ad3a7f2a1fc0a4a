"""Frozen Settings: what flags and the environment said, checked once.

Every field's flag, environment variable, default and meaning are declared in one table
(``ingress.cli.options``); nothing else reads either.
"""

from ipaddress import IPv4Network, IPv6Network
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

from ingress.model.inventory import ObjectKey
from ingress.model.policies import Policies
from ingress.model.snapshot import BackendRef

CONTROLLER = "aiohttp-ingress.dev/controller"
"""The ``spec.controller`` of the IngressClasses that are ours."""

Network: TypeAlias = IPv4Network | IPv6Network
AccessLog: TypeAlias = Literal["json", "combined", "off"]
Lanes: TypeAlias = Literal["both", "full"]


class ListenAddress(NamedTuple):
    """Where to listen: an IP (IPv6 without brackets) and a port, 0 for any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class CompilerOptions(Struct, frozen=True, kw_only=True):
    """What the compiler is told beside the objects.

    ``any_class`` (file mode without ``--ingress-class``) serves Ingresses of every class.
    ``ingress_classes`` are names that are ours even without an IngressClass object.
    ``policies`` are the defaults, with the flag that set them as their origin.
    """

    any_class: bool = False
    ingress_classes: tuple[str, ...] = ()
    default_backend: BackendRef | None = None
    default_certificate: ObjectKey | None = None
    policies: Policies = Policies()


class ProxySettings(Struct, frozen=True, kw_only=True):
    """What a worker is told; durations in seconds, sizes in bytes.

    ``client_header_timeout`` runs from a request's first byte (or the connection's start) to
    the end of its head; ``client_body_timeout`` and ``client_send_timeout`` are between two
    successive reads or writes. The former is used up by pauses, and comes back by the bytes at
    ``client_body_min_rate``, in bytes a second: 0 gives all of it back for any, and so does a
    response that has begun. ``keep_alive_timeout`` is how long an idle connection stays, and
    ``drain_idle_timeout`` how long once told to stop: a request may be on its way already.
    ``public_http_port`` and ``public_https_port`` are what ``Location`` and X-Forwarded-Port
    say; ``None`` means the listener's own. ``max_connections`` is for each worker, 0 for as many as
    there are descriptors. ``lanes`` of ``full`` serves every request by aiohttp.
    """

    client_header_timeout: float = 10.0
    client_body_timeout: float = 60.0
    client_body_min_rate: int = 240
    client_send_timeout: float = 60.0
    keep_alive_timeout: float = 75.0
    drain_timeout: float = 30.0
    drain_idle_timeout: float = 0.3
    max_header_bytes: int = 65_536
    max_connections: int = 0
    trusted_proxies: tuple[Network, ...] = ()
    public_http_port: int | None = None
    public_https_port: int | None = None
    upstream_keep_alive_timeout: float = 60.0
    upstream_keep_alive_connections: int = 320
    access_log: AccessLog = "json"
    lanes: Lanes = "both"


class WritingSettings(Struct, frozen=True, kw_only=True):
    """What a controller in a cluster is told of writing to it.

    ``publish_service`` or ``publish_addresses`` say what the status of Ingresses shows; without
    either it is left alone. Without ``leader_lease`` and ``admission_service`` they are named
    after us, in ``pod_namespace``; without that, the credentials' own namespace is taken, and
    without ``pod_name`` the host's name. ``admission_webhook`` is the configuration whose
    ``caBundle`` is kept right.
    """

    publish_service: ObjectKey | None = None
    publish_addresses: tuple[str, ...] = ()
    clear_status: bool = False
    leader_lease: ObjectKey | None = None
    pod_name: str | None = None
    pod_namespace: str | None = None
    admission_service: ObjectKey | None = None
    admission_webhook: str | None = None


class StateSettings(Struct, frozen=True, kw_only=True):
    """Where the last good Snapshot is kept, if anywhere, and whether with its private keys."""

    folder: str | None = None
    private_keys: bool = False


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that ``ingress run`` was told; ``workers`` is how many processes serve."""

    http: tuple[ListenAddress, ...]
    https: tuple[ListenAddress, ...]
    admin: tuple[ListenAddress, ...]
    admission: tuple[ListenAddress, ...] = ()
    compiler: CompilerOptions = CompilerOptions()
    proxy: ProxySettings = ProxySettings()
    writing: WritingSettings = WritingSettings()
    state: StateSettings = StateSettings()
    workers: int = 1
