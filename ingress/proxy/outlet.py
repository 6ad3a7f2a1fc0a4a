"""What connections are sent in one turn of the event loop, sent together at its end.

A write wakes whoever sleeps at the other end, which costs more than the write. One behind the
other, the first wakes it, and the others find it awake (docs/decisions/0089).
"""

import asyncio
from typing import Final

GATHERED: Final = 16_384
"""Bytes that may wait for the turn's end; more go at once, so that flow control is no later."""


class Turn:
    """The outlets that have something to send when the event loop's turn is over."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._soon = loop.call_soon
        self._over = self._end
        self._outlets: list[Outlet] = []

    def add(self, outlet: "Outlet") -> None:
        """Have this one flushed, behind those that came before."""
        if not self._outlets:
            self._soon(self._over)
        self._outlets.append(outlet)

    def _end(self) -> None:
        left, self._outlets = iter(self._outlets), []
        try:
            for outlet in left:
                outlet.flush()
        finally:
            for outlet in left:  # one raised, which the event loop tells: the others go on
                self.add(outlet)


class Outlet:
    """The way out of one connection: bytes leave in the order in which they were written.

    Whoever is about to close the transport, or to hand it on, flushes first.
    """

    def __init__(self, transport: asyncio.Transport, turn: Turn) -> None:
        self._transport = transport
        self._is_closing = transport.is_closing
        self._send = transport.write
        self._turn = turn
        self._unsent = b""

    def write(self, data: bytes, more: bytes = b"") -> None:
        """Send bytes, and ``more`` behind them, which is not copied."""
        size = len(self._unsent) + len(data) + len(more)
        if size > GATHERED:
            pieces = [piece for piece in (self._unsent, data, more) if piece]
            self._unsent = b""
            if not self._is_closing():
                self._transport.writelines(pieces)
        elif self._unsent:
            self._unsent += data + more
        elif size:
            self._unsent = data + more if more else data
            self._turn.add(self)

    def flush(self) -> None:
        """Send what waits, if the connection still takes anything."""
        data, self._unsent = self._unsent, b""
        # One that is closing takes nothing: uvloop's raises.
        if data and not self._is_closing():
            self._send(data)
