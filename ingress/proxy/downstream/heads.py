"""What a request's head may say (RFC 9112, RFC 9110), and what it means.

Where two readers could differ, it is refused: nothing is dropped, repaired or folded in silence.
"""

import re
from typing import Final, NamedTuple

from ingress.model.hosts import parse_authority
from ingress.model.messages import Headers, RequestHead
from ingress.model.paths import PathError, normalise_path
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.messages import CHUNKED, Framing

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TARGET: Final = rb"[!\"$-~]+"  # visible ASCII; a fragment is never sent (RFC 9112 §3.2)
_REQUEST_LINE: Final = re.compile(b"(" + _TOKEN + b") (" + _TARGET + rb") HTTP/([0-9])\.([0-9])")
_FIELD_LINE: Final = re.compile(
    b"(" + _TOKEN + rb"):[ \t]*((?:[\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*)?)"
)
_ABSOLUTE: Final = re.compile(r"(?i:(https?))://([^/?]*)(/[^?]*)?(\?.*)?")
_VERSIONS: Final = {(b"1", b"1"): (1, 1), (b"1", b"0"): (1, 0)}
MAX_FIELDS: Final = 256
MAX_LENGTH_DIGITS: Final = 18

# Of these a client sends one each (RFC 9110 §5.3); aiohttp refuses more, and so do we.
SINGLETONS: Final = frozenset(
    b"content-length content-location content-range content-type etag host max-forwards "
    b"server transfer-encoding user-agent".split()
)
# An old draft of WebSocket put eight bytes behind the head that no header announces.
_UNFRAMED: Final = b"sec-websocket-key1"

# What llhttp, aiohttp's parser, knows of; the full lane carries no other.
METHODS: Final = frozenset(
    b"ACL BIND CHECKOUT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR "
    b"MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH "
    b"SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split()
)


class Request(NamedTuple):
    """A request that passed the rules of the wire.

    ``raw`` is its head with the target as it was matched. ``framing`` is how its body comes,
    ``keep_alive`` whether the client would send another one (RFC 9112 §9.3).
    """

    head: RequestHead
    raw: bytes
    framing: Framing
    expects_continue: bool
    keep_alive: bool


def bad(detail: str) -> Failure:
    """Return the failure of a request that breaks the rules of the wire."""
    return Failure(FailureKind.BAD_REQUEST, detail)


def check_request_line(line: bytes) -> tuple[str, str, tuple[int, int]]:
    """Return method, target and version; raises Failure."""
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise bad("malformed request line")
    version = _VERSIONS.get((match[3], match[4]))
    if version is None:
        raise Failure(FailureKind.BAD_VERSION, "neither HTTP/1.1 nor HTTP/1.0")
    if match[1] == b"CONNECT":
        raise Failure(FailureKind.NOT_CARRIED, "a proxy for origins opens no tunnels")
    return match[1].decode(), match[2].decode(), version


def read_request(raw: bytes) -> Request:
    """Read a whole head, its blank line included; raises Failure with the status to answer."""
    line, *lines = raw[:-4].split(b"\r\n")
    method, target, version = check_request_line(line)
    headers = _fields(lines)
    once = _singletons(headers)
    authority = _host(once.get(b"host"), version)
    authority, path, query = _target(target, method=method, authority=authority)
    host, port = _authority(authority) if authority else ("", None)
    framing = _framing(once, version)
    head = RequestHead(method, host, port, authority, path, query, version, headers)
    tail = raw[len(line) :]
    return Request(
        head=head,
        raw=b"%b %b HTTP/1.%d%b" % (method.encode(), head.target.encode(), version[1], tail),
        framing=framing,
        expects_continue=_expects_continue(headers, version),
        keep_alive=_keep_alive(headers, version),
    )


def _fields(lines: list[bytes]) -> Headers:
    if len(lines) > MAX_FIELDS:
        raise Failure(FailureKind.HEADER_TOO_LARGE, "too many header lines")
    headers: Headers = []
    for line in lines:
        match = _FIELD_LINE.fullmatch(line)
        if match is None:
            raise bad("malformed header line")
        headers.append((match[1], match[2].rstrip(b" \t")))
    return headers


def _singletons(headers: Headers) -> dict[bytes, bytes]:
    once: dict[bytes, bytes] = {}
    for name, value in headers:
        key = name.lower()
        if key in SINGLETONS:
            if key in once:
                raise bad(f"more than one {key.decode()}")
            once[key] = value
        elif key == _UNFRAMED:
            raise bad("a draft of WebSocket that frames nothing")
    return once


def _host(value: bytes | None, version: tuple[int, int]) -> str:
    """Return the authority; one in HTTP/1.1, at most one in HTTP/1.0 (RFC 9112 §3.2)."""
    if value is None:
        if version == (1, 1):
            raise bad("no Host")
        return ""
    return value.decode("latin-1") or "-"  # an empty one is no host either


def _authority(authority: str) -> tuple[str, int | None]:
    parsed = parse_authority(authority)
    if parsed is None:
        raise bad("an authority that is no host")
    return parsed


def _target(target: str, *, method: str, authority: str) -> tuple[str, str, str]:
    """Return authority, and path and query as they are matched; raises Failure."""
    if target == "*" and method == "OPTIONS":
        raise Failure(FailureKind.NOT_CARRIED, "OPTIONS *")
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute:
        authority = _agreed(absolute, authority)
        target = (absolute[3] or "/") + (absolute[4] or "")
    path, mark, query = target.partition("?")
    try:
        return authority, normalise_path(path), mark + query
    except PathError as error:
        raise bad(f"the path {error}") from error


def _agreed(absolute: re.Match[str], authority: str) -> str:
    """Return the Host, which an absolute-form target must name too (RFC 9112 §3.2.2)."""
    default = {"http": 80, "https": 443}[absolute[1].lower()]
    host, port = _authority(absolute[2])
    wanted, wanted_port = _authority(authority or absolute[2])
    if (host, port or default) != (wanted, wanted_port or default):
        raise bad("a target whose authority is not the Host")
    return authority or absolute[2]


def _framing(once: dict[bytes, bytes], version: tuple[int, int]) -> Framing:
    """RFC 9112 §6.3, but where it lets one header override another we refuse."""
    coding, length = once.get(b"transfer-encoding"), once.get(b"content-length")
    if coding is not None:
        if length is not None or version < (1, 1):
            raise bad("Transfer-Encoding beside Content-Length or in HTTP/1.0")
        if coding.lower() != b"chunked":
            raise Failure(FailureKind.NOT_CARRIED, "a transfer coding other than chunked")
        return CHUNKED
    if length is None:
        return None
    # Bounded before arithmetic; isdigit() of bytes knows ASCII digits only.
    if not length.isdigit():
        raise bad("Content-Length is no number")
    if len(length) > MAX_LENGTH_DIGITS:
        raise Failure(FailureKind.BODY_TOO_LARGE, "Content-Length is beyond any body")
    return int(length)


def _expects_continue(headers: Headers, version: tuple[int, int]) -> bool:
    expectations = set(_tokens(headers, b"expect"))
    if expectations - {b"100-continue"}:
        raise Failure(FailureKind.BAD_EXPECTATION, "an expectation other than 100-continue")
    return bool(expectations) and version == (1, 1)


def _keep_alive(headers: Headers, version: tuple[int, int]) -> bool:
    options = _tokens(headers, b"connection")
    if b"close" in options:
        return False
    return version == (1, 1) or b"keep-alive" in options


def _tokens(headers: Headers, name: bytes) -> list[bytes]:
    """Return the members of a comma-separated field, in lower case (RFC 9110 §5.6.1)."""
    lines = (value.lower() for line, value in headers if line.lower() == name)
    members = (member.strip(b" \t") for line in lines for member in line.split(b","))
    return [member for member in members if member]
