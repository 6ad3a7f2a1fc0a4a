"""Reads what an upstream writes: bytes in, a head and a body out, no I/O.

Whatever ``upstream.grammar`` does not take to the letter is refused; h11 is the tests' oracle.
"""

from typing import Final

from ingress.model.messages import Options, Trailers, options_of, tokens_of
from ingress.proxy.failures import Failure, FailureKind, broken
from ingress.proxy.http1.chunks import ChunkGuard
from ingress.proxy.http1.fields import Head
from ingress.proxy.http1.messages import (
    BLANK_LINE,
    CHUNKED,
    SWITCHING,
    UNTIL_CLOSE,
    ResponseHead,
)
from ingress.proxy.upstream.grammar import (
    check_partial_head,
    content_length,
    is_chunked,
    read_status_line,
    split_head,
)

MAX_INTERIMS: Final = 16
_SWITCHING: Final = SWITCHING  # a number of C's in the compiled build


class ResponseParser:
    """Reads the response to one request; ``feed`` and ``eof`` raise Failure (BROKEN, CLOSED).

    ``upgrade`` names the protocols that were asked for: only one of them may be chosen by a 101.
    ``head`` is the final head once it has come, ``interims`` are the 1xx heads before it,
    ``ended`` tells whether the response's last byte has come, after a 101 the head's. Then
    ``trailers`` are what came behind a chunked body, and ``surplus`` is what came behind all: a
    tunnel's first bytes after a 101, else bytes that nobody asked for.
    """

    def __init__(self, method: str, max_header_bytes: int) -> None:
        self.head: ResponseHead | None = None
        self.interims: tuple[ResponseHead, ...] = ()
        self.ended = False
        self.surplus = b""
        self._method = method
        self.upgrade = b""
        self._max_header_bytes = max_header_bytes
        self._buffer = b""
        self._chunks: ChunkGuard | None = None
        self._left = 0

    @property
    def trailers(self) -> Trailers:
        """What came behind a chunked body."""
        return self._chunks.trailers if self._chunks is not None else []

    def leaves_silence(self) -> bool:
        """Tell whether the connection may carry another exchange, for all the upstream said."""
        head = self.head
        if not self.ended or head is None or head.status == _SWITCHING or self.surplus:
            return False
        return head.keep_alive

    def feed(self, data: bytes) -> bytes:
        """Return what of the body ``data`` brings."""
        if self.ended:
            self.surplus += data
            return b""
        return self._feed_head(data) if self.head is None else self._feed_body(data)

    def eof(self) -> None:
        """Take the upstream's close; raises CLOSED where the response is cut short."""
        if self.ended:
            return
        if self.head is None:
            raise Failure(FailureKind.CLOSED, "closed before the end of the response head")
        if self.head.framing is not UNTIL_CLOSE:
            raise Failure(FailureKind.CLOSED, "closed before the end of the body")
        self.ended = True

    def _feed_head(self, data: bytes) -> bytes:
        seen = len(self._buffer)
        if seen:
            data = self._buffer + data
        # What comes in many parts is read when it is whole, and not once for each.
        part = seen and data.find(BLANK_LINE, max(0, seen - len(BLANK_LINE) + 1)) < 0
        read = None if part else split_head(data)
        if read is None or read.size > self._max_header_bytes:
            return self._wait_for_head(data, seen)
        self._buffer = b""
        head, rest = self._read_head(read), data[read.size :]
        if 100 <= head.status < 200 and head.status != _SWITCHING:
            self.interims += (head,)
            if len(self.interims) > MAX_INTERIMS:
                raise broken("too many interim responses")
            return self._feed_head(rest) if rest else b""
        self._begin_body(head)
        return self._feed_body(rest)

    def _wait_for_head(self, data: bytes, seen: int) -> bytes:
        """Keep what is no good head yet, if it can still become one."""
        end = data.find(BLANK_LINE)
        size = len(data) if end < 0 else end + len(BLANK_LINE)
        if size > self._max_header_bytes:
            raise broken("the response head is too long")
        if end >= 0:
            raise broken("a malformed header line, a control character, a bare CR or a bare LF")
        check_partial_head(data, seen=seen)
        self._buffer = data
        return b""

    def _read_head(self, read: Head) -> ResponseHead:
        version, line = read_status_line(read.start)
        known = read.known
        status = line.status
        options = options_of(known)
        if status == _SWITCHING:
            self._check_switch(version, options, chosen=known.get("upgrade", []))
        lengths, codings = known.get("content-length"), known.get("transfer-encoding")
        length = None if lengths is None else content_length(lengths)
        chunked = codings is not None and is_chunked(codings, version, length)
        if (status < 200 or status == 204) and (chunked or (length and length.value)):
            raise broken(f"a {status} with a body")
        bodiless = self._method == "HEAD" or status < 200 or status in {204, 304}
        unsized = CHUNKED if chunked else UNTIL_CLOSE
        framing = None if bodiless else unsized if length is None else length.value
        before = self.interims
        return ResponseHead(line, read.kept, version, framing, length, known, options, before)

    def _check_switch(
        self, version: tuple[int, int], options: Options, *, chosen: list[bytes]
    ) -> None:
        """Refuse a switch to a protocol that was not asked for (RFC 9110 §7.8)."""
        if version < (1, 1) or not options.upgrade:
            raise broken("a 101 without Connection: upgrade")
        if len(chosen) != 1 or chosen[0].lower() not in tokens_of(self.upgrade):
            raise broken("a 101 to a protocol that was not asked for")

    def _begin_body(self, head: ResponseHead) -> None:
        self.head = head
        if head.framing is CHUNKED:
            self._chunks = ChunkGuard(max_trailer_bytes=self._max_header_bytes)
        elif isinstance(head.framing, int):
            self._left = head.framing

    def _feed_body(self, data: bytes) -> bytes:
        if self._chunks is not None:
            piece, self.surplus = self._chunks.filter(data)
            self.ended = self._chunks.ended
            return piece
        if self.head is not None and self.head.framing is UNTIL_CLOSE:
            return data
        left = self._left - len(data)
        if left > 0:
            self._left = left
            return data
        self.ended = True
        if left == 0:
            return data
        piece, self.surplus = data[: self._left], data[self._left :]
        return piece
