"""Cuts a client's bytes into request heads: no I/O, any request cut at any byte.

A head that can no longer become a good one is refused at once, so that nobody waits for its end.
"""

from typing import Final

from ingress.proxy.downstream.heads import (
    Request,
    check_characters,
    check_request_line,
    read_request,
    request_of,
)
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1 import Sieve, read_head
from ingress.proxy.http1.messages import BLANK_LINE

_CR: Final = b"\r"
_CRLF: Final = b"\r\n"


class HeadScanner:
    """Collects one head after another; ``rest`` is what came behind the last."""

    def __init__(self, sieve: Sieve, *, max_bytes: int) -> None:
        self.rest = b""
        self._sieve = sieve
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._line_checked = False
        self._skipped = False

    @property
    def waiting(self) -> bool:
        """Whether a head has begun and not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Request | None:
        """Return the request whose head ``data`` completes; raises Failure with its status."""
        if not self._buffer and not self._skipped:
            read = read_head(data, self._sieve)
            if read is not None and read.start and read.size <= self._max_bytes:
                # Whole at once, as most come, and nothing behind it.
                size = read.size
                whole = size == len(data)
                self.rest = b"" if whole else data[size:]
                return request_of(data if whole else data[:size], read)
        seen = len(self._buffer)
        self._buffer += data
        # A client may send one empty line before its request (RFC 9112 §2.2).
        if self._buffer.startswith(_CRLF) and not self._skipped:
            del self._buffer[:2]
            self._skipped, seen = True, 0
        end = self._buffer.find(BLANK_LINE, max(0, seen - len(BLANK_LINE) + 1))
        size = len(self._buffer) if end < 0 else end + len(BLANK_LINE)
        # A CR that came last is looked at again, together with what follows it.
        check_characters(self._buffer[seen - self._buffer.endswith(_CR, 0, seen) : size])
        self._check_size(size)
        if end < 0:
            self._check_line()
            return None
        raw, self.rest = bytes(self._buffer[:size]), bytes(self._buffer[size:])
        self._buffer.clear()
        self._line_checked = self._skipped = False
        return read_request(raw, self._sieve)

    def _check_size(self, size: int) -> None:
        if size <= self._max_bytes:
            return
        if self._buffer.find(_CRLF, 0, self._max_bytes) < 0:
            raise Failure(FailureKind.TARGET_TOO_LONG)
        raise Failure(FailureKind.HEADER_TOO_LARGE)

    def _check_line(self) -> None:
        end = self._buffer.find(_CRLF)
        if end >= 0 and not self._line_checked:
            check_request_line(bytes(self._buffer[:end]))
            self._line_checked = True
