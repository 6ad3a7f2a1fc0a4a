"""The immutable compiled configuration: Snapshot > Host > Route > (Policies, Backend).

A Snapshot is a few flat maps whose values are never mutated and are shared with the next
Snapshot where nothing changed, so that a change costs what it touches and travels as a delta.
Routes name their backend by ``BackendRef`` text, so endpoint churn rebuilds no route.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from ingress.model.inventory import EMPTY
from ingress.model.policies import Policies
from ingress.model.secret import SecretBytes

ANY_HOST = ""
"""The pattern of rules without a host, and of TLS entries that cover such rules."""


class HostKind(StrEnum):
    """In the order of precedence: exact, then wildcard, then any."""

    EXACT = "exact"
    WILDCARD = "wildcard"
    ANY = "any"


class MatchKind(StrEnum):
    """How a path matches; on equal length Exact goes before Prefix."""

    EXACT = "Exact"
    PREFIX = "Prefix"


class BackendRef(NamedTuple):
    """A Service and its port as the Ingress names it; ``str()`` is the key in a Snapshot."""

    namespace: str
    service: str
    port: int | str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.service}:{self.port}"


class Route(Struct, frozen=True, kw_only=True, gc=False):
    """One host + path + policies + backend.

    ``path`` is normalised, ``written_path`` and ``path_type`` are the Ingress's own words.
    ``backend`` is ``None`` where there is none to be had (a ``resource`` backend, say): 503.
    ``refused`` says why the route fails closed (an access annotation that is not supported);
    its ``backend`` is ``None`` too.
    """

    ingress: str
    path: str
    kind: MatchKind
    written_path: str
    path_type: str
    backend: BackendRef | None
    policies: Policies = Policies()
    refused: str = ""


class Shadowed(Struct, frozen=True, kw_only=True, gc=False):
    """A path that an older object claimed first; kept for ``explain``."""

    ingress: str
    path: str
    path_type: str
    winner: str


class Host(Struct, frozen=True, kw_only=True, gc=False):
    """The routes of one host pattern, best first (longest path, then Exact before Prefix).

    ``fallback`` is the default backend of the oldest Ingress that has rules for this host.
    """

    pattern: str
    kind: HostKind
    routes: tuple[Route, ...] = ()
    fallback: Route | None = None
    shadowed: tuple[Shadowed, ...] = ()


class Endpoint(Struct, frozen=True, kw_only=True, gc=False, order=True):
    """One address and port; ``address`` is an IP, or a DNS name for an ExternalName Service."""

    address: str
    port: int
    target: str = ""

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


class Affinity(StrEnum):
    """How a client is tied to an endpoint."""

    NONE = "none"
    CLIENT_IP = "client-ip"


class Backend(Struct, frozen=True, kw_only=True, gc=False):
    """The endpoints behind a Service port, sorted.

    ``key`` is the Service port itself (``ns/service:number``), the same for every way in which
    an Ingress may name it: round robin and affinity are per key. ``problem`` says, in a reason
    code, why there are no endpoints (the route answers 503).
    """

    key: str
    endpoints: tuple[Endpoint, ...] = ()
    affinity: Affinity = Affinity.NONE
    problem: str = ""


class Certificate(Struct, frozen=True, kw_only=True, gc=False):
    """A validated certificate chain and its key, both PEM.

    ``fingerprint`` is over chain and key (SHA-256, hex), so equal ones share an SSLContext.
    ``not_after`` is in seconds since the epoch.
    """

    fingerprint: str
    chain: bytes
    key: SecretBytes
    names: tuple[str, ...]
    not_before: float
    not_after: float
    key_type: str


class ServerName(Struct, frozen=True, kw_only=True, gc=False):
    """A TLS host: the certificate that SNI picks (a key of ``certificates``; empty: none is good).

    ``ssl_redirect`` is for requests to this host that no route takes.
    """

    certificate: str = ""
    ssl_redirect: bool = True


class Snapshot(Struct, frozen=True, kw_only=True, gc=False):
    """The whole configuration; equal objects in, equal bytes out (``model.codec``).

    ``hosts`` and ``server_names`` are keyed by pattern (``a.b``, ``*.b`` or ``ANY_HOST``),
    ``backends`` by ``str(BackendRef)``, ``certificates`` by Secret (``ns/name``).
    ``fallback`` takes unknown hosts, ``default_backend`` (the flag) whatever is left.
    """

    hosts: Mapping[str, Host] = EMPTY
    backends: Mapping[str, Backend] = EMPTY
    certificates: Mapping[str, Certificate] = EMPTY
    server_names: Mapping[str, ServerName] = EMPTY
    default_certificate: str = ""
    fallback: Route | None = None
    default_backend: Route | None = None

    def ingresses(self) -> frozenset[str]:
        """Return every Ingress (``ns/name``) that has a route here."""
        hosts = self.hosts.values()
        routes = [route for host in hosts for route in (*host.routes, host.fallback)]
        routes += [self.fallback, self.default_backend]
        return frozenset(route.ingress for route in routes if route is not None)
