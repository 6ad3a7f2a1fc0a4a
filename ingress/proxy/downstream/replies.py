"""Writes responses: byte for byte as they came, in a framing of our own (RFC 9112 §6)."""

import time
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from ingress.proxy.http1.messages import SWITCHING, StatusLine

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Tells the client to send its body (RFC 9110 §10.1.1)."""


class Reply(web.StreamResponse):
    """A response that is written here, and not by aiohttp, which would read its head as text.

    All that aiohttp is told is that nothing is left to write, and whether the connection lives.
    """

    def __init__(self, status: int, *, keep_alive: bool) -> None:
        super().__init__(status=status)
        self._lives = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow on the connection."""
        return self._lives

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """See aiohttp.web.StreamResponse."""

    async def write_eof(self, data: bytes = b"") -> None:
        """See aiohttp.web.StreamResponse."""


def start_of(
    line: StatusLine,
    version: tuple[int, int],
    keep_alive: bool,  # noqa: FBT001 - what is a C function once compiled has no keywords
) -> bytes:
    """Return what a response begins with, ``version`` being the client's.

    That is its status line, and ``Connection`` where the client would expect something else, but
    for a 101, whose fields have one.
    """
    minor = version[1]
    start = line.lines[minor]
    if keep_alive == (minor == 1) or line.status == SWITCHING:
        return start
    return start + (b"Connection: keep-alive\r\n" if keep_alive else b"Connection: close\r\n")


def date_line() -> bytes:
    """Return the line for a response whose fields have no ``Date`` (RFC 9110 §6.6.1)."""
    return _date(int(time.time()))


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
