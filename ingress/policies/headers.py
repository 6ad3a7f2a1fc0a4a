"""What headers become on their way: hop-by-hop lines go, forwarding lines come.

Order and duplicates of everything else are kept, and names as they were written.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from ingress.model.messages import Known, Options, RequestHead, Trailers, with_doubles
from ingress.policies.identity import Identity

SERVER: Final = b"Server: aiohttp-ingress\r\n"

# What ends at this hop (RFC 9110 §7.6.1). Proxy-Auth* is between a client and a forward proxy.
# TE asks us for trailers, not the upstream. HTTP2-Settings goes with the h2c that is never
# spoken.
_HOP_BY_HOP: Final = with_doubles(
    "connection http2-settings keep-alive proxy-authenticate proxy-authorization proxy-connection "
    "te transfer-encoding upgrade".split()
)
# What Connection may name without effect: fields that a message cannot do without, and one that
# ends here anyway.
_NEVER_NAMED: Final = frozenset({b"te", b"host", b"content-length"})
_REPLACED: Final = with_doubles({"x-forwarded-for", "x-forwarded-proto", "x-request-id"})
_FROM_STRANGERS: Final = with_doubles(
    "forwarded x-forwarded-host x-forwarded-port x-forwarded-scheme x-original-forwarded-for "
    "x-real-ip x-scheme".split()
)
# We tell the client to continue ourselves, once its body is wanted, and frame that body anew.
_OURS: Final = with_doubles({"expect", "content-length"})
RESPONSE_DROPPED: Final = _HOP_BY_HOP | {"content-length"}
"""The keys of the response fields that end here; Content-Length is written anew."""
_DROPPED_TRUSTED: Final = _HOP_BY_HOP | _REPLACED | _OURS
_DROPPED: Final = _DROPPED_TRUSTED | _FROM_STRANGERS
_NEVER_BEHIND: Final = _DROPPED | with_doubles(
    "authorization cache-control content-encoding content-length content-range content-type "
    "cookie expect host location max-forwards range set-cookie te trailer vary "
    "www-authenticate".split()
)


def dropped_from(*, trusted: bool) -> AbstractSet[str]:
    """Return the keys of the request fields that end here, by whether their sender is trusted."""
    return _DROPPED_TRUSTED if trusted else _DROPPED


def request_fields(head: RequestHead, identity: Identity, request_id: str) -> bytes:
    """Return the lines that go upstream, each with its end, but for the framing.

    A Host is always among them, empty where an HTTP/1.0 client sent none (RFC 9112 §3.2).
    ``Upgrade`` is not: ``upgrade_of`` says what to ask for.
    """
    known, authority = head.known, head.authority
    kept = without_named(head.kept, head.options)
    if "host" not in known:
        kept = b"Host: %b\r\n%b" % (authority.encode("latin-1"), kept)
    told = b""
    if "x-forwarded-for" in known:
        told = b", ".join([value for value in known["x-forwarded-for"] if value])
    if identity.trusted:
        return kept + _vouched(head, identity, request_id=request_id, before=told)
    if told:
        kept += b"X-Original-Forwarded-For: %b\r\n" % told
    forwarded = b"\r\nX-Forwarded-Host: " if authority else b""
    return b"".join(
        (
            *(kept, identity.fields, b"X-Request-ID: ", request_id.encode()),
            *(forwarded, authority.encode("latin-1"), b"\r\n"),
        )
    )


def response_fields(kept: bytes, known: Known, options: Options) -> bytes:
    """Return the lines that go downstream; ``Server`` is added where the upstream sent none.

    ``kept`` are those that are not among ``RESPONSE_DROPPED``.
    """
    kept = without_named(kept, options)
    return kept if "server" in known else kept + SERVER


def trailing_headers(trailers: Trailers) -> Trailers:
    """Return which trailers go on: those that change nothing that the head has decided.

    RFC 9110 §6.5.1: no framing, routing, authentication, or content handling behind the content.
    """
    return [line for line in trailers if line[0].lower().decode("latin-1") not in _NEVER_BEHIND]


def upgrade_of(head: RequestHead) -> bytes:
    """Return the protocols to ask the upstream to switch to, empty where no tunnel may open.

    The client must have asked in HTTP/1.1 with ``Connection: upgrade`` (RFC 9110 §7.8); h2c is
    left out, since requests inside of it would walk past routes and policies.
    """
    asked = head.known.get("upgrade")
    if not asked or head.version != (1, 1) or not head.options.upgrade:
        return b""
    protocols = [part.strip(b" \t") for part in b",".join(asked).split(b",")]
    return b", ".join(p for p in protocols if p and p.partition(b"/")[0].lower() != b"h2c")


def without_named(kept: bytes, options: Options) -> bytes:
    """Leave out what Connection names (RFC 9110 §7.6.1)."""
    named = options.fields - _NEVER_NAMED if options.fields else None
    if not named:
        return kept
    lines = kept.splitlines(keepends=True)
    return b"".join([line for line in lines if line.partition(b":")[0].lower() not in named])


def _vouched(head: RequestHead, identity: Identity, *, request_id: str, before: bytes) -> bytes:
    """Return what is added for a peer that is trusted: only what it did not say itself."""
    peer = identity.peer.encode()
    ours = {
        "X-Forwarded-Proto": identity.scheme,
        "X-Forwarded-Port": str(identity.port),
        "X-Forwarded-Scheme": identity.scheme,
        "X-Scheme": identity.scheme,
        "X-Real-IP": identity.client,
        "X-Request-ID": request_id,
        "X-Forwarded-Host": head.authority,
    }
    named = {name.decode("latin-1") for name in head.options.fields}
    said = head.known.keys() - _REPLACED - named
    lines = [b"X-Forwarded-For: " + (before + b", " + peer if before else peer)]
    lines += [
        f"{name}: {value}".encode("latin-1")
        for name, value in ours.items()
        if value and name.lower() not in said
    ]
    return b"".join(line + b"\r\n" for line in lines)
