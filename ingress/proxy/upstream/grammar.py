"""What an upstream's head may say, to the letter (RFC 9112).

Two readers could differ over bare LF, folded lines, control characters, repeated Content-Length
lines, Content-Length beside Transfer-Encoding, and chunked in HTTP/1.0. So none of these gets any
further.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from ingress.model.memory import Memory
from ingress.policies import RESPONSE_DROPPED
from ingress.proxy.failures import broken
from ingress.proxy.http1 import Sieve, read_head
from ingress.proxy.http1.fields import Head
from ingress.proxy.http1.messages import MAX_LENGTH_DIGITS, ContentLength, StatusLine

_TEXT: Final = rb"[\t\x20-\x7e\x80-\xff]*"
# Many servers leave out the space before an empty reason; nothing depends on it.
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: (" + _TEXT + rb"))?")
_BROKEN_LINE_END: Final = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")
_BEGINNING: Final = b"HTTP/1."
_SIEVE: Final = Sieve(
    wanted=frozenset("connection content-length transfer-encoding upgrade".split()),
    noted=frozenset(("date", "server")),
    dropped=RESPONSE_DROPPED,
)


Started: TypeAlias = tuple[tuple[int, int], StatusLine]
"""The version that the upstream speaks, and its status line."""


def check_partial_head(buffer: bytes, *, seen: int) -> None:
    """Refuse a head that can no longer become a good one, so that nobody waits for its end.

    ``seen`` is how much of the buffer was checked before.
    """
    if not _BEGINNING.startswith(buffer[: len(_BEGINNING)]):
        raise broken("no HTTP/1 status line")
    if _BROKEN_LINE_END.search(buffer, max(0, seen - 1)):
        raise broken("a line of the head does not end in CRLF")


def split_head(data: bytes) -> Head | None:
    """Take the head apart that begins here; ``None`` where it is not whole and to the letter."""
    return read_head(data, _SIEVE)


def read_status_line(line: bytes) -> Started:
    """Return what a response begins with; refuses what is no status line."""
    started: Started | None = _status_lines.of(line)
    if started is None:
        raise broken("malformed status line")
    return started


def _status_line(line: bytes) -> Started | None:
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        return None
    minor, status, reason = match.groups()
    return (1, int(minor)), StatusLine(int(status), reason or b"")


_status_lines: Final = Memory(_status_line, most=256)


def content_length(values: Sequence[bytes]) -> ContentLength:
    """Return what Content-Length says; one line, one plain number."""
    if len(values) > 1:
        raise broken("more than one Content-Length")
    length: ContentLength | None = _lengths.of(values[0])
    if length is None:
        raise broken("Content-Length is no number")
    return length


def _length(digits: bytes) -> ContentLength | None:
    # Bounded before arithmetic; isdigit() of bytes knows ASCII digits only.
    if not digits.isdigit() or len(digits) > MAX_LENGTH_DIGITS:
        return None
    return ContentLength(int(digits))


_lengths: Final = Memory(_length, most=4096)


def is_chunked(
    values: Sequence[bytes], version: tuple[int, int], length: ContentLength | None
) -> bool:
    """Tell what Transfer-Encoding says: ``chunked`` once, which overrides nothing."""
    if length is not None or version < (1, 1):
        raise broken("Transfer-Encoding beside Content-Length or in HTTP/1.0")
    if len(values) > 1 or values[0].lower() != b"chunked":
        raise broken("a transfer coding other than chunked")
    return True
