"""What both sides say: framings, heads of responses, lines, chunks."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from ingress.model.messages import Known, Options


class Unsized(StrEnum):
    """The framings of a body whose length is not known when it begins."""

    CHUNKED = "chunked"
    UNTIL_CLOSE = "until-close"


CHUNKED: Final = Unsized.CHUNKED
UNTIL_CLOSE: Final = Unsized.UNTIL_CLOSE

Framing: TypeAlias = int | Unsized | None
"""How a body is delimited: a Content-Length, ``CHUNKED``, ``UNTIL_CLOSE`` (responses only), or
``None`` where the message has no body and needs no framing header."""

BLANK_LINE: Final = b"\r\n\r\n"
"""The end of a head's last line, and the line that ends the head."""

SWITCHING: Final = 101
"""What follows it is a tunnel; the parser has checked that it was asked for."""

MAX_LENGTH_DIGITS: Final = 18
"""Digits of a Content-Length that are made a number; more is beyond any body."""


class StatusLine:
    """A status and its reason phrase; ``lines`` say so to clients of HTTP/1.0 and of HTTP/1.1."""

    __slots__ = ("lines", "reason", "status")

    def __init__(self, status: int, reason: bytes) -> None:
        self.status: Final = status
        self.reason: Final = reason
        said = b" %d %b\r\n" % (status, reason)
        self.lines: Final = (b"HTTP/1.0" + said, b"HTTP/1.1" + said)


class ContentLength:
    """How long a body is, in bytes, and the ``line`` that says so (RFC 9110 §8.6)."""

    __slots__ = ("line", "value")

    def __init__(self, value: int) -> None:
        self.value: Final = value
        self.line: Final = b"Content-Length: %d\r\n" % value


class ResponseHead:
    """The head of a response that passed the rules of the wire; nothing of it changes.

    ``kept`` are the lines that go on, as received and each with its end: without framing and
    hop-by-hop lines. ``framing`` is how the body comes: ``None`` for HEAD, 204 and 304. ``length``
    is what the head says of it, also where no body follows (HEAD, 304). ``interims`` are the 1xx
    heads that came before, 101 excepted, which is a final head. ``keep_alive`` tells whether the
    upstream lets the connection live. ``known`` are the values of the fields that matter in an
    answer, ``options`` those of Connection.
    """

    __slots__ = (
        "framing",
        "interims",
        "keep_alive",
        "kept",
        "known",
        "length",
        "line",
        "options",
        "status",
        "version",
    )

    def __init__(  # noqa: PLR0917 - one for each part of a head
        self,
        line: StatusLine,
        kept: bytes,
        version: tuple[int, int],
        framing: Framing,
        length: ContentLength | None,
        known: Known,
        options: Options,
        interims: tuple["ResponseHead", ...],
    ) -> None:
        self.line: Final = line
        self.status: Final = self.line.status
        self.kept: Final = kept
        self.version: Final = version
        self.framing: Final = framing
        self.length: Final = length
        self.known: Final = known
        self.options: Final = options
        self.keep_alive: Final = version == (1, 1) and not self.options.close
        self.interims: Final = interims


def join_lines(lines: Sequence[bytes]) -> bytes:
    """Return lines with their ends; raises ValueError where a byte would end one before."""
    joined = b"".join([line + b"\r\n" for line in lines])
    if not joined.count(b"\n") == joined.count(b"\r") == len(lines) or b"\0" in joined:
        raise ValueError("a line end or NUL inside a line of a head")
    return joined


def chunk_of(data: bytes) -> bytes:
    """Frame a piece of a body as a chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def last_chunk(trailers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return what ends a chunked body."""
    return b"".join((b"0\r\n", *(b"%b: %b\r\n" % line for line in trailers), b"\r\n"))
