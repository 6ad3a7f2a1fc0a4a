"""Bytes both ways after a 101, untouched: frames, close codes and half-closes stay as they are."""

import asyncio
from typing import cast


class Relay:
    """Joins two transports: what one receives the other sends, with flow control.

    An end of one side is passed on at once; the tunnel is over when both have ended, or either
    is lost, or nothing moved for ``idle_timeout`` seconds.
    """

    def __init__(
        self,
        downstream: asyncio.Transport,
        upstream: asyncio.Transport,
        *,
        idle_timeout: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._downstream = _Side(self, downstream)
        self._upstream = _Side(self, upstream)
        self._downstream.other, self._upstream.other = self._upstream, self._downstream
        self._idle_timeout = idle_timeout
        self._moved = self._loop.time()
        self._timer = self._loop.call_later(idle_timeout, self._expire)
        self._finished: asyncio.Future[None] = self._loop.create_future()

    def start(self, *, to_downstream: bytes = b"", to_upstream: bytes = b"") -> None:
        """Take both transports over, send what had already arrived, and begin to read."""
        sides = (self._downstream, to_downstream), (self._upstream, to_upstream)
        for side, _ in sides:
            side.transport.set_protocol(side)
        for side, arrived in sides:
            side.send(arrived)
        for side, _ in sides:
            side.begin()

    async def finished(self) -> tuple[int, int]:
        """Wait for the end; returns the bytes sent downstream and upstream.

        Cancelling this closes both sides at once.
        """
        try:
            await self._finished
        finally:
            self.abort()
        return self._downstream.sent, self._upstream.sent

    def abort(self) -> None:
        """Close both sides at once; safe to call at any time."""
        self._timer.cancel()
        self._downstream.transport.abort()
        self._upstream.transport.abort()

    def moved(self) -> None:
        """Note that bytes went through."""
        self._moved = self._loop.time()

    def lost(self) -> None:
        """Note that a side is gone; once both are, the tunnel is over."""
        if self._downstream.is_lost and self._upstream.is_lost:
            self._timer.cancel()
            if not self._finished.done():
                self._finished.set_result(None)

    def _expire(self) -> None:
        # One timer for the tunnel's life; moving it at every byte would cost more.
        left = self._moved + self._idle_timeout - self._loop.time()
        if left <= 0:
            self.abort()
        else:
            self._timer = self._loop.call_later(left, self._expire)


class _Side(asyncio.Protocol):
    """One transport of a Relay; ``other`` is the one that it feeds."""

    other: "_Side"

    def __init__(self, relay: Relay, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.sent = 0
        self.has_ended = False
        self.is_full = False
        self.is_lost = False
        self._relay = relay

    def begin(self) -> None:
        """Start to read; a transport that closed before it was taken over tells nobody else."""
        if self.transport.is_closing():
            self.connection_lost(None)
        elif not self.other.is_full:
            self.read()

    def read(self) -> None:
        """Read, also if it was reading already."""
        if not self.transport.is_closing() and not self.transport.is_reading():
            self.transport.resume_reading()

    def send(self, data: bytes) -> None:
        """Send what the other side received; a closing transport raises in uvloop."""
        if data and not self.transport.is_closing():
            self.transport.write(data)
            self.sent += len(data)

    def send_end(self) -> None:
        """Pass on the other side's end; TLS knows no half-close, so there it closes."""
        if self.transport.is_closing():
            return
        if self.transport.can_write_eof() and not self.has_ended:
            self.transport.write_eof()
        else:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._relay.moved()
        self.other.send(data)

    def eof_received(self) -> bool:
        """See asyncio.Protocol; this side stays open for what is still to be sent to it."""
        self.has_ended = True
        self.other.send_end()
        if self.other.has_ended:
            self.transport.close()
        return self.transport.can_write_eof()

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self.is_full = True
        if not self.other.transport.is_closing():
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self.is_full = False
        self.other.read()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self.is_lost:
            return
        self.is_lost = True
        if exc is not None:
            self.other.transport.abort()
        else:
            self.other.transport.close()
        self._relay.lost()
