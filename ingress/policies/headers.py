"""What headers become on their way: hop-by-hop lines go, forwarding lines come.

Order and duplicates of everything else are kept, and names as they were written.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from ingress.model.messages import Headers, RequestHead
from ingress.policies.identity import Identity

SERVER: Final = b"aiohttp-ingress"

# What ends at this hop (RFC 9110 §7.6.1). Proxy-Auth* is between a client and a forward proxy.
# TE asks us for trailers, not the upstream. HTTP2-Settings goes with the h2c that is never
# spoken. Content-Length stays: whoever writes the message frames it anew.
_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"http2-settings",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What Connection may name without effect: options that are no fields, and fields that a message
# cannot do without, whatever it says.
_NEVER_NAMED: Final = frozenset(
    {b"", b"close", b"keep-alive", b"upgrade", b"te", b"host", b"content-length"}
)
_REPLACED: Final = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-request-id"})
_FROM_STRANGERS: Final = frozenset(
    {
        b"forwarded",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-scheme",
        b"x-original-forwarded-for",
        b"x-real-ip",
        b"x-scheme",
    }
)
_DROPPED_TRUSTED: Final = _HOP_BY_HOP | _REPLACED
_DROPPED: Final = _DROPPED_TRUSTED | _FROM_STRANGERS
_NEVER_BEHIND: Final = _DROPPED | {
    b"authorization",
    b"cache-control",
    b"content-encoding",
    b"content-length",
    b"content-range",
    b"content-type",
    b"cookie",
    b"expect",
    b"host",
    b"location",
    b"max-forwards",
    b"range",
    b"set-cookie",
    b"te",
    b"trailer",
    b"vary",
    b"www-authenticate",
}


def request_headers(head: RequestHead, identity: Identity) -> Headers:
    """Return what goes upstream.

    A Host is always among them, empty where an HTTP/1.0 client sent none (RFC 9112 §3.2).
    ``Upgrade`` is not: ``upgrade_of`` says what to ask for.
    """
    kept, ended = _part(head.headers, _DROPPED_TRUSTED if identity.trusted else _DROPPED)
    if not any(len(name) == 4 and name.lower() == b"host" for name, _ in kept):
        kept.insert(0, (b"Host", head.authority.encode("latin-1")))
    forwarded_for = b", ".join(v for name, v in ended if v and name == b"x-forwarded-for")
    ours = _forwarding(head, identity)
    if identity.trusted:
        names = {name.lower() for name, _ in kept}
        ours = [line for line in ours if line[0].lower() not in names]
        before = forwarded_for + b", " if forwarded_for else b""
        kept.append((b"X-Forwarded-For", before + identity.peer.encode()))
        return kept + ours
    kept.append((b"X-Forwarded-For", identity.client.encode()))
    if forwarded_for:
        kept.append((b"X-Original-Forwarded-For", forwarded_for))
    return kept + ours


def response_headers(headers: Headers) -> Headers:
    """Return what goes downstream; ``Server`` is added where the upstream sent none."""
    kept, _ = _part(headers, _HOP_BY_HOP)
    if not any(len(name) == 6 and name.lower() == b"server" for name, _ in kept):
        kept.append((b"Server", SERVER))
    return kept


def trailing_headers(trailers: Headers) -> Headers:
    """Return which trailers go on: those that change nothing that the head has decided.

    RFC 9110 §6.5.1: no framing, routing, authentication, or content handling behind the content.
    """
    return [line for line in trailers if line[0].lower().replace(b"_", b"-") not in _NEVER_BEHIND]


def upgrade_of(head: RequestHead) -> bytes:
    """Return the protocols to ask the upstream to switch to, empty where no tunnel may open.

    The client must have asked in HTTP/1.1 with ``Connection: upgrade`` (RFC 9110 §7.8); h2c is
    left out, since requests inside of it would walk past routes and policies.
    """
    asked = [value for name, value in head.headers if name.lower() == b"upgrade"]
    if not asked or head.version != (1, 1):
        return b""
    connection = [value for name, value in head.headers if name.lower() == b"connection"]
    if b"upgrade" not in _options(connection):
        return b""
    protocols = [part.strip(b" \t") for part in b",".join(asked).split(b",")]
    return b", ".join(p for p in protocols if p and p.partition(b"/")[0].lower() != b"h2c")


def _part(headers: Headers, ending: AbstractSet[bytes]) -> tuple[Headers, Headers]:
    """Part headers into those that go on and those that end here, the latter in lower case.

    An underscore counts as a hyphen: CGI and WSGI cannot tell the two apart, so a stranger's
    ``X_Forwarded_For`` would pass for ours.
    """
    kept = [line for line in headers if line[0].lower().replace(b"_", b"-") not in ending]
    if len(kept) == len(headers):
        return kept, []
    ended = [
        (name.lower(), value)
        for name, value in headers
        if name.lower().replace(b"_", b"-") in ending
    ]
    connection = [value for name, value in ended if name == b"connection"]
    named = _options(connection) - _NEVER_NAMED
    if named:
        kept = [line for line in kept if line[0].lower() not in named]
    return kept, ended


def _options(connection: Sequence[bytes]) -> frozenset[bytes]:
    parts = b",".join(connection).lower().split(b",")
    return frozenset([part.strip(b" \t") for part in parts])


def _forwarding(head: RequestHead, identity: Identity) -> Headers:
    scheme = identity.scheme.encode()
    lines = [
        (b"X-Forwarded-Proto", scheme),
        (b"X-Forwarded-Port", b"%d" % identity.port),
        (b"X-Forwarded-Scheme", scheme),
        (b"X-Scheme", scheme),
        (b"X-Real-IP", identity.client.encode()),
        (b"X-Request-ID", identity.request_id.encode()),
    ]
    if head.authority:
        lines.append((b"X-Forwarded-Host", head.authority.encode("latin-1")))
    return lines
