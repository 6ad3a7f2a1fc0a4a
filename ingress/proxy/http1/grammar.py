"""What an upstream may write, byte by byte (RFC 9112); chunks of a client's are read likewise.

Two readers could differ over bare LF, folded lines, control characters, repeated Content-Length
lines, Content-Length beside Transfer-Encoding, chunked in HTTP/1.0, and what stands behind the
``;`` of a chunk. So none of these gets any further.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ingress.model.messages import Known, Trailers
from ingress.policies import RESPONSE_DROPPED
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1 import read_head

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT: Final = rb"[\t\x20-\x7e\x80-\xff]*"
_FIELD_LINE: Final = _TOKEN + rb":" + _TEXT + rb"\r\n"
# Many servers leave out the space before an empty reason; nothing depends on it.
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: (" + _TEXT + rb"))?")
_LONG_LINE: Final = 64
_QUOTED: Final = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_WS: Final = rb"[ \t]*"
_EXTENSION: Final = (
    _WS + rb";" + _WS + _TOKEN + rb"(?:" + _WS + rb"=" + _WS + rb"(?:" + _TOKEN + rb"|" + _QUOTED
) + rb"))?"

_TRAILER: Final = re.compile(_FIELD_LINE)
_CHUNK_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(?:" + _EXTENSION + rb")*\r\n")
_BROKEN_LINE_END: Final = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")
_FRAMING_NAME: Final = re.compile(rb"(?i)(?:content-length|transfer-encoding):")
_BEGINNING: Final = b"HTTP/1."

MAX_CHUNK_LINE: Final = 4096
MAX_LENGTH_DIGITS: Final = 18


def broken(detail: str) -> Failure:
    """Return the failure of an upstream that broke the rules of the wire."""
    return Failure(FailureKind.BROKEN, detail)


def check_partial_head(buffer: bytes, *, seen: int) -> None:
    """Refuse a head that can no longer become a good one, so that nobody waits for its end.

    ``seen`` is how much of the buffer was checked before.
    """
    if not _BEGINNING.startswith(buffer[: len(_BEGINNING)]):
        raise broken("no HTTP/1 status line")
    if _BROKEN_LINE_END.search(buffer, max(0, seen - 1)):
        raise broken("a line of the head does not end in CRLF")


class Lines(NamedTuple):
    """A response head, taken apart and not yet understood."""

    version: tuple[int, int]
    status: int
    reason: bytes
    kept: bytes
    known: Known


def split_head(head: bytes) -> Lines:
    """Take a whole head apart; refuses one that is not to the letter.

    That is: line ends, folding, names, control characters.
    """
    read = read_head(head, RESPONSE_DROPPED)
    if read is None:
        raise broken("a malformed header line, a control character, a bare CR or a bare LF")
    line, _, kept, known = read
    started = _often(line) if len(line) <= _LONG_LINE else _status_line(line)
    if started is None:
        raise broken("malformed status line")
    version, status, reason = started
    return Lines(version, status, reason, kept, known)


def _status_line(line: bytes) -> tuple[tuple[int, int], int, bytes] | None:
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        return None
    minor, status, reason = match.groups()
    return (1, int(minor)), int(status), reason or b""


_often: Final = lru_cache(maxsize=256)(_status_line)


def content_length(values: Sequence[bytes]) -> int | None:
    """Return what Content-Length says; one line, one plain number."""
    if not values:
        return None
    if len(values) > 1:
        raise broken("more than one Content-Length")
    # Bounded before arithmetic; isdigit() of bytes knows ASCII digits only.
    if not values[0].isdigit() or len(values[0]) > MAX_LENGTH_DIGITS:
        raise broken("Content-Length is no number")
    return int(values[0])


def is_chunked(values: Sequence[bytes], *, version: tuple[int, int], length: int | None) -> bool:
    """Tell what Transfer-Encoding says: nothing, or ``chunked`` once, which overrides nothing."""
    if not values:
        return False
    if length is not None or version < (1, 1):
        raise broken("Transfer-Encoding beside Content-Length or in HTTP/1.0")
    if len(values) > 1 or values[0].lower() != b"chunked":
        raise broken("a transfer coding other than chunked")
    return True


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
