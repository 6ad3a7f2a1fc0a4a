"""Writes requests: our own framing, never the client's (RFC 9112 §6)."""

import re
from collections.abc import Sequence
from typing import Final

from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import (
    CHUNKED,
    UNTIL_CLOSE,
    Framing,
    Unsized,
    chunk_of,
    last_chunk,
)

# CONNECT is missing on purpose: nothing here asks for a tunnel in that way.
_REQUEST_LINE: Final = re.compile(
    r"(?!CONNECT )[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP/1\.1"
)


def refused(detail: str) -> Failure:
    """Return the failure of a request that must not be sent on."""
    return Failure(FailureKind.BAD_REQUEST, detail)


def check_line(method: str, target: str) -> None:
    """Refuse a method or target that could make a request line be read in two ways."""
    if not _REQUEST_LINE.fullmatch(f"{method} {target} HTTP/1.1"):
        raise refused("no request line that every upstream reads alike")


def encode_head(  # noqa: PLR0917 - keywords would be a dictionary for each request
    method: str, target: str, fields: bytes, framing: Framing, upgrade: bytes
) -> bytes:
    """Return a request head, for a method and target that read to the letter.

    ``fields`` are lines, each with its end, and hold no framing: its one line is written here.
    They and ``upgrade`` were read to the letter (``http1.fields``), or are ours, and go as they
    are.
    """
    if upgrade:
        fields += b"Connection: upgrade\r\nUpgrade: %b\r\n" % upgrade
    framed = b"" if framing is None else _framing_line(framing)
    line = (method.encode(), b" ", target.encode(), b" HTTP/1.1\r\n")
    return b"".join((*line, fields, framed, b"\r\n"))


def _framing_line(framing: int | Unsized) -> bytes:
    if framing is CHUNKED:
        return b"Transfer-Encoding: chunked\r\n"
    if framing is UNTIL_CLOSE or framing < 0:
        raise refused("no framing for a request")
    return b"Content-Length: %d\r\n" % framing


class RequestBody:
    """Frames the pieces of a request's body, and holds the client to its own length."""

    def __init__(self, framing: Framing) -> None:
        self._chunked = framing is CHUNKED
        self._left = 0 if framing is None or not isinstance(framing, int) else framing
        self.complete = not self._chunked and not self._left

    def piece(self, data: bytes) -> bytes:
        """Return what to write for a piece; raises Failure where it is more than announced."""
        if not data:
            return b""
        if self.complete or (not self._chunked and len(data) > self._left):
            raise refused("the request body is longer than announced")
        if self._chunked:
            return chunk_of(data)
        self._left -= len(data)
        self.complete = not self._left
        return data

    def end(self, trailers: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
        """Return what ends the body; raises Failure where it is shorter than announced."""
        if self._left:
            raise refused("the request body is shorter than announced")
        ending = last_chunk(trailers) if self._chunked and not self.complete else b""
        self.complete = True
        return ending
