"""Writes responses: byte for byte as they came, in a framing of our own (RFC 9112 §6)."""

import time
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from ingress.model.memory import MEMORABLE
from ingress.proxy.http1.messages import SWITCHING

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


def start_of(status: int, reason: bytes, *, version: tuple[int, int], keep_alive: bool) -> bytes:
    """Return what a response begins with, ``version`` being the client's.

    That is its status line, and ``Connection`` where the client would expect something else, but
    for a 101, whose fields have one.
    """
    said = b""
    if keep_alive != (version[1] == 1) and status != SWITCHING:
        said = b"Connection: keep-alive\r\n" if keep_alive else b"Connection: close\r\n"
    line = _often if len(reason) <= MEMORABLE else _status_line
    return line(status, reason, version) + said


def _status_line(status: int, reason: bytes, version: tuple[int, int]) -> bytes:
    return b"HTTP/1.%d %d %b\r\n" % (version[1], status, reason)


_often: Final = lru_cache(maxsize=256)(_status_line)


@lru_cache(maxsize=1024)
def length_line(length: int) -> bytes:
    """Return the line that says how long the body is (RFC 9110 §8.6)."""
    return b"Content-Length: %d\r\n" % length


def date_line() -> bytes:
    """Return the line for a response whose fields have no ``Date`` (RFC 9110 §6.6.1)."""
    return _date(int(time.time()))


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
