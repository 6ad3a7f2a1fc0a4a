"""What headers become on their way: hop-by-hop lines go, forwarding lines come.

Order and duplicates of everything else are kept, and names as they were written.
"""

from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from ingress.model.messages import Headers, Known, RequestHead, field_key, tokens_of
from ingress.policies.identity import Identity

SERVER: Final = b"aiohttp-ingress"

# What ends at this hop (RFC 9110 §7.6.1). Proxy-Auth* is between a client and a forward proxy.
# TE asks us for trailers, not the upstream. HTTP2-Settings goes with the h2c that is never
# spoken. Content-Length stays where it is in a response; in a request it is written anew.
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
    {b"close", b"keep-alive", b"upgrade", b"te", b"host", b"content-length"}
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
# We tell the client to continue ourselves, once its body is wanted, and frame that body anew.
_OURS: Final = frozenset({b"expect", b"content-length"})
_DROPPED_TRUSTED: Final = _HOP_BY_HOP | _REPLACED | _OURS
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
    """Return what goes upstream, but for the framing.

    A Host is always among them, empty where an HTTP/1.0 client sent none (RFC 9112 §3.2).
    ``Upgrade`` is not: ``upgrade_of`` says what to ask for.
    """
    known = head.known
    kept = _kept(head.headers, known, _DROPPED_TRUSTED if identity.trusted else _DROPPED)
    if b"host" not in known:
        kept = [(b"Host", head.authority.encode("latin-1")), *kept]
    told = known.get(b"x-forwarded-for")
    forwarded_for = b", ".join(value for value in told if value) if told else b""
    if identity.trusted:
        return _vouched(kept, head, identity, before=forwarded_for)
    lines = [*kept, _forwarded_for(identity.client)]
    if forwarded_for:
        lines.append((b"X-Original-Forwarded-For", forwarded_for))
    lines += _forwarding(identity.client, identity.scheme, identity.port)
    lines.append((b"X-Request-ID", identity.request_id.encode()))
    if head.authority:
        lines.append((b"X-Forwarded-Host", head.authority.encode("latin-1")))
    return lines


def response_headers(headers: Headers, known: Known) -> Headers:
    """Return what goes downstream; ``Server`` is added where the upstream sent none."""
    kept = _kept(headers, known, _HOP_BY_HOP)
    return kept if b"server" in known else [*kept, (b"Server", SERVER)]


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
    asked = head.known.get(b"upgrade")
    if not asked or head.version != (1, 1):
        return b""
    if b"upgrade" not in tokens_of(b",".join(head.known.get(b"connection", ()))):
        return b""
    protocols = [part.strip(b" \t") for part in b",".join(asked).split(b",")]
    return b", ".join(p for p in protocols if p and p.partition(b"/")[0].lower() != b"h2c")


def _kept(headers: Headers, known: Known, ending: AbstractSet[bytes]) -> Headers:
    """Return the headers that go on; order, duplicates and names stay as they are.

    An underscore counts as a hyphen: CGI and WSGI cannot tell the two apart, so a stranger's
    ``X_Forwarded_For`` would pass for ours.
    """
    ended = [key for key in known if key.replace(b"_", b"-") in ending]
    if not ended:
        return headers
    kept = [line for line in headers if field_key(line[0]) not in ended]
    if b"connection" in known:
        named = tokens_of(b",".join(known[b"connection"])) - _NEVER_NAMED
        if named:
            kept = [line for line in kept if line[0].lower() not in named]
    return kept


def _vouched(kept: Headers, head: RequestHead, identity: Identity, *, before: bytes) -> Headers:
    """Return what goes upstream from a peer that is trusted: only what it did not say itself."""
    names = {line[0].lower() for line in kept}
    ours = [
        *_forwarding(identity.client, identity.scheme, identity.port),
        (b"X-Request-ID", identity.request_id.encode()),
        (b"X-Forwarded-Host", head.authority.encode("latin-1")),
    ]
    ours = [line for line in ours if line[1] and line[0].lower() not in names]
    peer = identity.peer.encode()
    return [*kept, (b"X-Forwarded-For", before + b", " + peer if before else peer), *ours]


@lru_cache(maxsize=4096)
def _forwarded_for(client: str) -> tuple[bytes, bytes]:
    return b"X-Forwarded-For", client.encode()


@lru_cache(maxsize=4096)
def _forwarding(client: str, scheme: str, port: int) -> tuple[tuple[bytes, bytes], ...]:
    encoded = scheme.encode()
    return (
        (b"X-Forwarded-Proto", encoded),
        (b"X-Forwarded-Port", b"%d" % port),
        (b"X-Forwarded-Scheme", encoded),
        (b"X-Scheme", encoded),
        (b"X-Real-IP", client.encode()),
    )
