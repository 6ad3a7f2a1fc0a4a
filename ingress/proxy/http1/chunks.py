"""Chunked bodies, to the letter (RFC 9112 §7.1).

Two readers could differ over bare LF, and over what stands behind the ``;`` of a chunk.
"""

import re
from typing import TYPE_CHECKING, Final

from ingress.proxy.failures import broken

if TYPE_CHECKING:
    from ingress.model.messages import Trailers

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT: Final = rb"[\t\x20-\x7e\x80-\xff]*"
_QUOTED: Final = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_WS: Final = rb"[ \t]*"
_EXTENSION: Final = (
    _WS + rb";" + _WS + _TOKEN + rb"(?:" + _WS + rb"=" + _WS + rb"(?:" + _TOKEN + rb"|" + _QUOTED
) + rb"))?"

_TRAILER: Final = re.compile(_TOKEN + rb":" + _TEXT + rb"\r\n")
_CHUNK_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(?:" + _EXTENSION + rb")*\r\n")
_FRAMING_NAME: Final = re.compile(rb"(?i)(?:content-length|transfer-encoding):")

MAX_CHUNK_LINE: Final = 4096


class ChunkGuard:
    """Lets the data of a body through that is chunked to the letter, or refuses.

    Extensions are validated, then left out: they are for one hop only (RFC 9112 §7.1.1).
    ``trailers`` are what came behind the last chunk, once the body has ``ended``.
    """

    def __init__(self, *, max_trailer_bytes: int) -> None:
        self.ended = False
        self.trailers: Trailers = []
        self._line = b""
        self._read_line = self._chunk_line
        self._data_left = 0
        self._trailer_left = max_trailer_bytes

    def filter(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what of the body ``data`` brings, and what lies behind the body's end."""
        passed: list[bytes] = []
        at = 0
        while at < len(data) and not self.ended:
            if self._data_left:
                piece = data[at : at + self._data_left]
                self._data_left -= len(piece)
                passed.append(piece)
            else:
                piece = data[at : data.find(b"\n", at) + 1 or len(data)]
                self._line_piece(piece)
            at += len(piece)
        return passed[0] if len(passed) == 1 else b"".join(passed), data[at:]

    def _line_piece(self, piece: bytes) -> None:
        self._line += piece
        if len(self._line) > max(MAX_CHUNK_LINE, self._trailer_left):
            raise broken("a line of the chunked body is too long")
        if piece.endswith(b"\n"):
            line, self._line = self._line, b""
            self._read_line(line)

    def _chunk_line(self, line: bytes) -> None:
        match = _CHUNK_LINE.fullmatch(line)
        if match is None or len(line) > MAX_CHUNK_LINE:
            raise broken("malformed chunk line")
        self._data_left = int(match[1], 16)
        self._read_line = self._chunk_end if self._data_left else self._trailer_line

    def _chunk_end(self, line: bytes) -> None:
        if line != b"\r\n":
            raise broken("a chunk does not end in CRLF")
        self._read_line = self._chunk_line

    def _trailer_line(self, line: bytes) -> None:
        self._trailer_left -= len(line)
        if line == b"\r\n":
            self.ended = True
            return
        if self._trailer_left < 0 or not _TRAILER.fullmatch(line) or _FRAMING_NAME.match(line):
            raise broken("malformed trailer")
        name, _, value = line[:-2].partition(b":")
        self.trailers.append((name, value.strip(b" \t")))
