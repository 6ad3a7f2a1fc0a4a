"""What the event loop does not tell about a socket; asked of the kernel directly."""

import asyncio
import os
import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_MOST: Final = 256 * 1024


def readiness(transport: asyncio.BaseTransport) -> select.poll:
    """Return what tells, by ``poll(0)``, whether anything waits to be read, a close included."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return poll


def last_words(transport: asyncio.BaseTransport) -> Iterator[bytes]:
    """Yield what arrived before a reset, and was not read; for ``connection_lost`` only.

    Both event loops call that before they close the socket; later its number may be another's.
    An upstream may answer early and close, while we still write. The write fails then, both
    event loops give the connection up, and the answer would be lost in the kernel's buffer.
    """
    with suppress(OSError):
        handle = os.dup(transport.get_extra_info("socket").fileno())
        with socket.socket(fileno=handle) as kernel, suppress(BlockingIOError):
            kernel.setblocking(False)  # noqa: FBT003 - its only argument
            left = _MOST
            while left > 0 and (data := kernel.recv(left)):
                left -= len(data)
                yield data
