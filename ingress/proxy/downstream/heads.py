"""What a request's head may say (RFC 9112, RFC 9110), and what it means.

Where two readers could differ, it is refused: nothing is dropped, repaired or folded in silence.
"""

import re
from typing import Final, NoReturn

from ingress.model.hosts import parse_authority
from ingress.model.memory import Memory
from ingress.model.messages import Known, RequestHead, tokens_of
from ingress.model.paths import PathError, normalise_path
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1 import Sieve, read_head, read_request_line
from ingress.proxy.http1.fields import Head, RequestLine
from ingress.proxy.http1.messages import CHUNKED, MAX_LENGTH_DIGITS, Framing

_CR: Final = b"\r"
_CRLF: Final = b"\r\n"
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\r\n")) + b"\x7f"
_OTHER_VERSION: Final = re.compile(rb"HTTP/[0-9]\.[0-9]")
_ABSOLUTE: Final = re.compile(r"(?i:(https?))://([^/?]*)(/[^?]*)?(\?.*)?")
MAX_FIELDS: Final = 256

# Of these a client sends one each (RFC 9110 §5.3); aiohttp refuses more, and so do we.
SINGLETONS: Final = frozenset(
    "content-length content-location content-range content-type etag host max-forwards "
    "server transfer-encoding user-agent".split()
)
# An old draft of WebSocket put eight bytes behind the head that no header announces.
_UNFRAMED: Final = "sec-websocket-key1"

# What llhttp, aiohttp's parser, knows of; the full lane carries no other.
METHODS: Final = frozenset(
    b"ACL BIND CHECKOUT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR "
    b"MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH "
    b"SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split()
)


class Request:
    """A request that passed the rules of the wire; nothing of it changes.

    ``received`` is its head as it came. ``framing`` is how its body comes, ``keep_alive`` whether
    the client would send another one (RFC 9112 §9.3).
    """

    def __init__(self, head: RequestHead, received: bytes) -> None:
        self.head = head  # as which the compiled build knows what it is
        self.received = received
        known, version, options = self.head.known, self.head.version, self.head.options
        framed = "content-length" in known or "transfer-encoding" in known
        self.framing = _framing(known, version) if framed else None
        self.expects_continue = "expect" in known and _expects_continue(known, version)
        lives = version == (1, 1) or options.keep_alive
        self.keep_alive = lives and not options.close

    @property
    def raw(self) -> bytes:
        """Its head with the target as it was matched."""
        head = self.head
        line = f"{head.method} {head.target} HTTP/1.{head.version[1]}".encode()
        return line + self.received[self.received.find(b"\r\n") :]


def bad(detail: str) -> Failure:
    """Return the failure of a request that breaks the rules of the wire."""
    return Failure(FailureKind.BAD_REQUEST, detail)


def check_characters(data: bytes | bytearray) -> None:
    """Refuse what two readers could differ over: bare CR, bare LF, and controls other than tab.

    A CR at the very end is not bare yet.
    """
    lines = data.count(_CRLF)
    bare = data.count(b"\n") - lines or data.count(_CR) - lines - data.endswith(_CR)
    if bare or len(data.translate(None, _CONTROLS)) < len(data):
        raise bad("a control character, bare CR or bare LF")


def check_request_line(line: bytes) -> RequestLine:
    """Return method, target and version; raises Failure."""
    read = read_request_line(line)
    if read is None:
        start, _, version = line.rpartition(b" ")
        if _OTHER_VERSION.fullmatch(version) and read_request_line(start + b" HTTP/1.1"):
            raise Failure(FailureKind.BAD_VERSION, "neither HTTP/1.1 nor HTTP/1.0")
        raise bad("malformed request line")
    if read[0] == "CONNECT":
        raise _connect()
    return read


def read_request(raw: bytes, sieve: Sieve) -> Request:
    """Read a whole head, its blank line included; raises Failure with the status to answer."""
    read = read_head(raw, sieve)
    if read is None:
        _refuse(raw)
    return request_of(raw, read)


def request_of(raw: bytes, read: Head) -> Request:
    """Return what a head that was read means; raises Failure."""
    method, target, version, plain = check_request_line(read.start)
    _check_fields(read)
    known = read.known
    authority, host, port = _host(known, version)
    path = target
    if not plain:
        if target[0] != "/":
            authority, target = _unusual(target, method=method, authority=authority)
            host, port = _authority(authority) if authority else ("", None)
        path, target = _normal(target)
    # By position: keywords would be a dictionary for each request.
    head = RequestHead(method, host, port, authority, path, target, version, known, read.kept)
    return Request(head, raw)


def _refuse(raw: bytes) -> NoReturn:
    """Say what is wrong with a head that is not to the letter, as if it had come in parts."""
    check_characters(raw)
    check_request_line(raw[: raw.find(_CRLF)])
    raise bad("malformed header line")


def _connect() -> Failure:
    return Failure(FailureKind.NOT_CARRIED, "a proxy for origins opens no tunnels")


def _check_fields(read: Head) -> None:
    known = read.known
    if read.count > MAX_FIELDS:
        raise Failure(FailureKind.HEADER_TOO_LARGE, "too many header lines")
    if read.repeated:
        for key, values in known.items():
            if len(values) > 1 and key in SINGLETONS:
                raise bad(f"more than one {key}")
    if _UNFRAMED in known:
        raise bad("a draft of WebSocket that frames nothing")


def _host(known: Known, version: tuple[int, int]) -> tuple[str, str, int | None]:
    """Return authority, host and port; a Host must be in HTTP/1.1 (RFC 9112 §3.2)."""
    values = known.get("host")
    if values is None:
        if version == (1, 1):
            raise bad("no Host")
        return "", "", None
    read: tuple[str, str, int | None] | None = _hosts.of(values[0])
    if read is None:
        raise bad("an authority that is no host")
    return read


def _read_host(value: bytes) -> tuple[str, str, int | None] | None:
    authority = value.decode("latin-1")
    parsed = parse_authority(authority)
    return None if parsed is None else (authority, *parsed)


_hosts: Final = Memory(_read_host, most=4096)


def _authority(authority: str) -> tuple[str, int | None]:
    parsed = parse_authority(authority)
    if parsed is None:
        raise bad("an authority that is no host")
    return parsed


def _unusual(target: str, *, method: str, authority: str) -> tuple[str, str]:
    """Return authority and origin-form of a target in another form; raises Failure."""
    if target == "*" and method == "OPTIONS":
        raise Failure(FailureKind.NOT_CARRIED, "OPTIONS *")
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        raise bad("a target that is neither a path nor a URL")
    return _agreed(absolute, authority), (absolute[3] or "/") + (absolute[4] or "")


def _normal(target: str) -> tuple[str, str]:
    """Return the path in its normal form, and the target with it; raises Failure."""
    asked, mark, query = target.partition("?")
    try:
        path = normalise_path(asked)
    except PathError as error:
        raise bad(f"the path {error}") from error
    return path, target if path is asked else path + mark + query


def _agreed(absolute: re.Match[str], authority: str) -> str:
    """Return the Host, which an absolute-form target must name too (RFC 9112 §3.2.2)."""
    default = {"http": 80, "https": 443}[absolute[1].lower()]
    host, port = _authority(absolute[2])
    wanted, wanted_port = _authority(authority or absolute[2])
    if (host, port or default) != (wanted, wanted_port or default):
        raise bad("a target whose authority is not the Host")
    return authority or absolute[2]


def _framing(known: Known, version: tuple[int, int]) -> Framing:
    """RFC 9112 §6.3, but where it lets one header override another we refuse."""
    codings, lengths = known.get("transfer-encoding"), known.get("content-length")
    if codings is not None:
        if lengths is not None or version < (1, 1):
            raise bad("Transfer-Encoding beside Content-Length or in HTTP/1.0")
        if codings[0].lower() != b"chunked":
            raise Failure(FailureKind.NOT_CARRIED, "a transfer coding other than chunked")
        return CHUNKED
    if lengths is None:
        return None
    # Bounded before arithmetic; isdigit() of bytes knows ASCII digits only.
    if not lengths[0].isdigit():
        raise bad("Content-Length is no number")
    if len(lengths[0]) > MAX_LENGTH_DIGITS:
        raise Failure(FailureKind.BODY_TOO_LARGE, "Content-Length is beyond any body")
    return int(lengths[0])


def _expects_continue(known: Known, version: tuple[int, int]) -> bool:
    expectations = tokens_of(b",".join(known["expect"]))
    if expectations - {b"100-continue"}:
        raise Failure(FailureKind.BAD_EXPECTATION, "an expectation other than 100-continue")
    return bool(expectations) and version == (1, 1)
