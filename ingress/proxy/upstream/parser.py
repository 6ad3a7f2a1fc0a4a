"""Reads what an upstream writes: bytes in, events out, no I/O.

Whatever ``upstream.grammar`` does not take to the letter is refused; h11 is the tests' oracle.
"""

from enum import Enum
from typing import Final, TypeAlias

from ingress.model.messages import Headers
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.grammar import (
    ChunkGuard,
    broken,
    check_partial_head,
    content_length,
    is_chunked,
    split_head,
    tokens,
)
from ingress.proxy.upstream.messages import CHUNKED, UNTIL_CLOSE, ResponseHead

MAX_INTERIMS: Final = 16
_SWITCHING: Final = 101
_NO_BODY: Final = (204, 304)
_KNOWN: Final = frozenset((b"connection", b"content-length", b"transfer-encoding", b"upgrade"))
_BLANK_LINE: Final = b"\r\n\r\n"


class End(Enum):
    """The event after the last byte of a response; after a 101, the tunnel's first byte."""

    END = "end"


Event: TypeAlias = ResponseHead | bytes | End


class ResponseParser:
    """Reads the response to one request; every method raises Failure (BROKEN, CLOSED).

    ``surplus`` is what came behind the end of the response: a tunnel's first bytes after a 101,
    else bytes that nobody asked for.
    """

    def __init__(self, method: str, *, upgrade: bytes = b"", max_header_bytes: int) -> None:
        self.surplus = b""
        self._method = method
        self._upgrade = upgrade
        self._max_header_bytes = max_header_bytes
        self._buffer = bytearray()
        self._interims: tuple[ResponseHead, ...] = ()
        self._head: ResponseHead | None = None
        self._chunks: ChunkGuard | None = None
        self._left = 0
        self._ended = False

    def feed(self, data: bytes) -> list[Event]:
        """Return what ``data`` completes: at most one final head, pieces of the body, the end."""
        if self._ended:
            self.surplus += data
            return []
        return self._feed_head(data) if self._head is None else self._feed_body(data)

    def eof(self) -> list[Event]:
        """Take the upstream's close: return the end, or raise CLOSED."""
        if self._ended:
            return []
        if self._head is None:
            raise Failure(FailureKind.CLOSED, "closed before the end of the response head")
        if self._head.framing is not UNTIL_CLOSE:
            raise Failure(FailureKind.CLOSED, "closed before the end of the body")
        self._ended = True
        return [End.END]

    def _feed_head(self, data: bytes) -> list[Event]:
        seen = len(self._buffer)
        self._buffer += data
        end = self._buffer.find(_BLANK_LINE, max(0, seen - len(_BLANK_LINE) + 1))
        size = len(self._buffer) if end < 0 else end + len(_BLANK_LINE)
        if size > self._max_header_bytes:
            raise broken("the response head is too long")
        if end < 0:
            check_partial_head(self._buffer, seen=seen)
            return []
        raw, rest = bytes(self._buffer[:size]), bytes(self._buffer[size:])
        self._buffer.clear()
        head = self._read_head(raw)
        if 100 <= head.status < 200 and head.status != _SWITCHING:
            self._interims += (head,)
            if len(self._interims) > MAX_INTERIMS:
                raise broken("too many interim responses")
            return self._feed_head(rest) if rest else []
        return [head, *self._begin_body(head, rest)]

    def _read_head(self, raw: bytes) -> ResponseHead:
        version, status, reason, headers = split_head(raw)
        named = _named(headers)
        options = tokens(named.get(b"connection", []))
        if status == _SWITCHING:
            self._check_switch(version, options, chosen=tokens(named.get(b"upgrade", [])))
        length = content_length(named.get(b"content-length", []))
        chunked = is_chunked(named.get(b"transfer-encoding", []), version=version, length=length)
        if (status < 200 or status == 204) and (chunked or length):
            raise broken(f"a {status} with a body")
        bodiless = self._method == "HEAD" or status < 200 or status in _NO_BODY
        unsized = CHUNKED if chunked else UNTIL_CLOSE
        return ResponseHead(
            status=status,
            reason=reason,
            headers=headers,
            version=version,
            framing=None if bodiless else unsized if length is None else length,
            content_length=length,
            keep_alive=version == (1, 1) and b"close" not in options,
            interims=self._interims,
        )

    def _check_switch(
        self, version: tuple[int, int], options: list[bytes], *, chosen: list[bytes]
    ) -> None:
        """Refuse a switch to a protocol that was not asked for (RFC 9110 §7.8)."""
        offered = [token.strip().lower() for token in self._upgrade.split(b",")]
        if version < (1, 1) or b"upgrade" not in options:
            raise broken("a 101 without Connection: upgrade")
        if len(chosen) != 1 or chosen[0] not in offered:
            raise broken("a 101 to a protocol that was not asked for")

    def _begin_body(self, head: ResponseHead, rest: bytes) -> list[Event]:
        self._head = head
        if head.framing is CHUNKED:
            self._chunks = ChunkGuard(max_trailer_bytes=self._max_header_bytes, reframe=False)
        elif isinstance(head.framing, int):
            self._left = head.framing
        return self._feed_body(rest)

    def _feed_body(self, data: bytes) -> list[Event]:
        piece, self.surplus = self._cut(data)
        events: list[Event] = [piece] if piece else []
        if self._ended:
            events.append(End.END)
        return events

    def _cut(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what of the bytes belongs to the body, and what lies behind it."""
        if self._chunks is not None:
            parts = self._chunks.filter(data)
            self._ended = self._chunks.ended
            return parts
        if self._head is not None and self._head.framing is UNTIL_CLOSE:
            return data, b""
        piece, rest = data[: self._left], data[self._left :]
        self._left -= len(piece)
        self._ended = not self._left
        return piece, rest


def _named(headers: Headers) -> dict[bytes, list[bytes]]:
    """Return the values of the fields that a reader of the wire must know."""
    named: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        key = name.lower()
        if key in _KNOWN:
            named.setdefault(key, []).append(value)
    return named
