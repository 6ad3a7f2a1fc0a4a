"""One typed struct per policy; defaults are resolved once, by the compiler.

Every policy names its ``origin``: where its value comes from, for ``explain``
(``default``, ``flag --proxy-read-timeout``, ``annotation aiohttp-ingress.dev/ssl-redirect``).
"""

from msgspec import Struct

DEFAULT_ORIGIN = "default"


class SslRedirect(Struct, frozen=True, kw_only=True, gc=False):
    """Whether plain HTTP to a TLS host is redirected (308)."""

    enabled: bool = True
    origin: str = DEFAULT_ORIGIN


class Timeouts(Struct, frozen=True, kw_only=True, gc=False):
    """Upstream timeouts in seconds; read and send are between two successive operations."""

    connect: float = 5.0
    read: float = 60.0
    send: float = 60.0
    origin: str = DEFAULT_ORIGIN


class BodyLimit(Struct, frozen=True, kw_only=True, gc=False):
    """The longest request body in bytes, 0 for no limit; a longer one is answered 413."""

    max_bytes: int = 0
    origin: str = DEFAULT_ORIGIN


class Policies(Struct, frozen=True, kw_only=True, gc=False):
    """Every policy of a route."""

    ssl_redirect: SslRedirect = SslRedirect()
    timeouts: Timeouts = Timeouts()
    body_limit: BodyLimit = BodyLimit()
