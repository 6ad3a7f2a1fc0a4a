"""Explanation: the answer of ``ingress explain -o json`` and of the admin's ``/explain``."""

from typing import Any

from msgspec import Struct

from ingress.model.match import DecidedBy
from ingress.model.snapshot import HostKind
from ingress.routing import Loss, PickedBy


class _Part(Struct, frozen=True, kw_only=True, rename="camel"):
    """Encodes under camelCase names."""


class ExplainedHost(_Part, frozen=True):
    """The pattern that covers the request's host; ``*`` for rules without one."""

    pattern: str
    kind: HostKind


class ExplainedBackend(_Part, frozen=True):
    """The Service (``ns/name``) and its port as the Ingress names it."""

    service: str
    port: int | str


class ExplainedEndpoint(_Part, frozen=True):
    """An address and port; ``target`` is the Pod behind it, where it is known."""

    address: str
    port: int
    target: str | None


class ExplainedRoute(_Part, frozen=True):
    """The route that takes the request.

    ``path`` and ``path_type`` are the Ingress's own words, null for a default backend.
    ``chosen`` is the client's endpoint, where affinity ties it to one. ``problem`` says why
    there is none to send to. ``policies`` are ``model.policies``, each with its origin.
    """

    ingress: str | None
    path: str | None
    path_type: str | None
    backend: ExplainedBackend | None
    endpoints: tuple[ExplainedEndpoint, ...]
    chosen: ExplainedEndpoint | None
    problem: str | None
    policies: dict[str, Any]


class ExplainedLoser(_Part, frozen=True):
    """A route that does not take the request, and why not."""

    ingress: str
    host: str
    path: str
    path_type: str
    reason: Loss


class ExplainedCertificate(_Part, frozen=True):
    """The certificate that SNI picks.

    ``secret``, ``names`` and ``not_after`` (RFC 3339) are null where the self-made one is shown.
    """

    secret: str | None
    names: tuple[str, ...] | None
    not_after: str | None
    decided_by: PickedBy


class Explanation(_Part, frozen=True):
    """What would become of a request.

    ``status`` is what we would answer; 200 stands for "goes to an endpoint". ``nearest`` are
    hosts or paths that may have been meant, on a 404. ``certificate`` is null for plain HTTP
    to a host that is no TLS host.
    """

    status: int
    host: ExplainedHost | None = None
    route: ExplainedRoute | None = None
    decided_by: DecidedBy | None = None
    losers: tuple[ExplainedLoser, ...] = ()
    nearest: tuple[str, ...] = ()
    certificate: ExplainedCertificate | None = None
