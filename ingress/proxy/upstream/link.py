"""One connection to an endpoint: an asyncio.Protocol that serves one owner at a time.

The protocol object stays for the connection's life; what changes with every exchange is its owner.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast

from ingress.model.snapshot import Endpoint
from ingress.proxy.deadline import Deadline
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.outlet import Outlet, Turn
from ingress.proxy.upstream.sockets import last_words, readiness

_CUT_SHORT: Final = (FailureKind.CLOSED, FailureKind.RESET)


class Owner(Protocol):
    """Whose exchange a Link carries; the event loop calls these, so none of them raises."""

    def response_received(self, data: bytes) -> None:
        """Take bytes of the response."""

    def upstream_ended(self) -> None:
        """Take note that the upstream has closed its side."""

    def upstream_lost(self, failure: Failure) -> None:
        """Take note that the connection is gone, and why."""

    def upstream_full(self) -> None:
        """Write no more for now: the upstream is slow to read."""

    def upstream_ready(self) -> None:
        """Write on."""

    def upstream_too_late(self) -> None:
        """Take note that the link's ``deadline`` has passed."""


class Link:
    """Carries one exchange after another: an ``asyncio.Protocol``, by what it does.

    ``reused`` tells whether it carried an exchange before this one, ``heard`` whether a byte of
    the response has come, ``idle_since`` when (in the event loop's time) it was kept for the next.
    After a Failure the connection is closed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        turn: Turn,
        *,
        on_idle: Callable[["Link"], None],
        on_lost: Callable[["Link"], None],
    ) -> None:
        self.name = str(endpoint)
        self.address = (endpoint.address, endpoint.port)
        self.transport: asyncio.Transport
        self.deadline: Deadline
        self.failure: Failure | None = None
        self.reused = self.heard = self.paused = self.full = False
        self.idle_since = 0.0
        self._owner: Owner | None = None
        self._turn = turn
        self._carried = False
        self._on_idle = on_idle
        self._on_lost = on_lost

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else "in use" if self._owner else "idle"
        return f"<Link {self.name} {state}{', reused' if self.reused else ''}>"

    @property
    def is_closed(self) -> bool:
        """Whether it is closed or closing."""
        return self._is_closing()

    def is_silent(self) -> bool:
        """Ask the kernel whether nothing waits to be read: no byte, no close, no error.

        What the event loop has not come to yet was sent before our request: it is no answer.
        """
        return not self._is_closing() and not self._poll(0)

    def take(self, owner: Owner) -> None:
        """Begin an exchange."""
        self.reused, self._carried = self._carried, True
        self.heard = False
        self._owner = owner

    def give_back(self) -> None:
        """End the exchange, which left nothing behind: back to the pool, if that holds for us too.

        Safe to call at any time and more than once.
        """
        if self._owner is None:
            return
        self._outlet.flush()
        if self.failure or self._is_closing() or self.transport.get_write_buffer_size():
            self.abandon()
            return
        self._owner = None
        self.deadline.clear()
        if self.paused:
            self.resume_reading()
        self._on_idle(self)

    def abandon(self) -> None:
        """End the exchange, and the connection with it; safe as ``give_back`` is."""
        if self._owner is not None:
            self._owner = None
            self.deadline.clear()
            self.abort()

    def write(self, data: bytes) -> None:
        """Send bytes; raises Failure where nobody would get them."""
        if self.failure is not None:
            raise self.failure
        if self._is_closing():
            # Its last words may still come, so this is not yet the end of the exchange.
            raise Failure(FailureKind.CLOSED, "the upstream has closed")
        self._outlet.write(data)

    def fail(self, failure: Failure) -> Failure:
        """Close for this reason, unless there was an earlier one; returns the one that counts."""
        if self.failure is None:
            if failure.kind in _CUT_SHORT and self.reused and not self.heard:
                failure = Failure(FailureKind.STALE, failure.detail)
            self.failure = failure
        self.transport.abort()
        return self.failure

    def abort(self) -> None:
        """Close at once, dropping what is unsent; safe to call at any time."""
        self.fail(Failure(FailureKind.CLOSED, "closed by us"))

    def into_tunnel(self) -> asyncio.Transport:
        """Hand over the transport, reading paused; this is no link any more.

        The caller gives the transport a protocol of its own (``Relay``) and resumes reading.
        """
        self._outlet.flush()
        self.pause_reading()
        self._owner = None
        self.deadline.close()
        self._on_lost(self)
        return self.transport

    def pause_reading(self) -> None:
        """Read no more for now."""
        if not self.paused and not self.is_closed:
            self.paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if self.paused and not self.is_closed:
            self.paused = False
            self.transport.resume_reading()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.transport = cast("asyncio.Transport", transport)
        self.deadline = Deadline(asyncio.get_running_loop(), self._too_late)
        self._outlet = Outlet(self.transport, self._turn)
        self._is_closing = self.transport.is_closing
        self._poll = readiness(transport).poll

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._owner is not None:
            self.heard = True
            self._owner.response_received(data)
        else:
            # Whatever this begins, it is no answer to the next request.
            self.unasked()

    def unasked(self) -> None:
        """Close, since bytes came that nobody had asked for."""
        kind = FailureKind.STALE if self.reused else FailureKind.BROKEN
        self.fail(Failure(kind, "bytes before any request"))

    def eof_received(self) -> None:
        """See asyncio.Protocol; the transport closes itself then."""
        if self._owner is not None:
            self._owner.upstream_ended()

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self.full = True
        if self._owner is not None:
            self._owner.upstream_full()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self.full = False
        if self._owner is not None:
            self._owner.upstream_ready()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        for data in last_words(self.transport) if exc and self._owner else ():
            self.data_received(data)
        self.deadline.close()
        kind = FailureKind.CLOSED if exc is None else FailureKind.RESET
        failure = self.fail(Failure(kind, type(exc).__name__))
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.upstream_lost(failure)
        self._on_lost(self)

    def _too_late(self) -> None:
        if self._owner is not None:
            self._owner.upstream_too_late()
