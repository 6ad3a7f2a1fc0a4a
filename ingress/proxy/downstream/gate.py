"""The protocol of an accepted connection: guards what the lane behind it gets to read."""

import asyncio
from typing import TYPE_CHECKING, Final, cast

from ingress.model.messages import Peer
from ingress.proxy.deadline import Deadline
from ingress.proxy.downstream.body import BodyFeed
from ingress.proxy.downstream.carrier import NOBODY, Carrier, Lane
from ingress.proxy.downstream.heads import Request
from ingress.proxy.downstream.reset import abort_with_reset
from ingress.proxy.downstream.scanner import HeadScanner
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.outlet import Outlet

if TYPE_CHECKING:
    from ingress.policies.identity import Identity

MAX_PENDING: Final = 65_536
"""Bytes of the next requests that are kept while one is being answered."""
HALF_CLOSE_GRACE: Final = 1.0
"""Seconds for an answer once the client has closed its side: for all we can see, it left."""
DRAIN_BODY: Final = 10.0
"""Seconds to read on, and drop, a request's body that the response did not wait for."""
LINGER: Final = 2.0
"""Seconds to read on after a refusal: closing with bytes unread would take the answer back."""
GOODBYE: Final = 1.0
"""How long an idle client has to answer TLS's close_notify, in seconds; many pools never do."""

_NOTHING: Final = 0  # being read
_HEAD: Final = 1
_BODY: Final = 2


class Gate:
    """Owns one downstream connection: an ``asyncio.Protocol``, by what it does.

    Reads heads and frames bodies, refuses what breaks the rules of the wire, and gives the lane one
    request at a time; the next once ``finished()`` says that the response to it is written.
    ``carrier`` serves ``request``; ``identity`` sends it, where no request could tell another.
    """

    def __init__(self, lane: Lane, peer: Peer) -> None:
        self.request: Request
        self.carrier: Carrier
        self.peer = peer
        self.transport: asyncio.Transport
        self.identity: Identity | None = None
        self._lane = lane
        self._settings = lane.settings
        self._body = BodyFeed(None)
        self._reading = _HEAD
        self._pending = b""
        self._failure: Failure | None = None
        self._paused = self._lane_paused = self._advancing = False
        self._unread = self._last = self._between = False
        self.in_flight = self.draining = self.full = self.closing = self.half_closed = False

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol; uvloop's transports are not asyncio's by inheritance."""
        self.transport = cast("asyncio.Transport", transport)
        self._outlet = Outlet(self.transport, self._lane.turn)
        self._scanner = HeadScanner(
            self._lane.sieve(self.peer), max_bytes=self._settings.max_header_bytes
        )
        self._deadline = Deadline(asyncio.get_running_loop(), self._too_late)
        self._deadline.within(self._settings.client_header_timeout)
        self._lane.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.BaseProtocol."""
        self._reading, self._pending = _NOTHING, b""
        self._deadline.close()
        if self.in_flight:
            self.carrier.client_left()
        self.carrier = NOBODY
        self._lane.closed(self, exc)

    def pause_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.full = True
        if self.in_flight:
            self.carrier.client_full()

    def resume_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.full = False
        if self.in_flight:
            self.carrier.client_ready()

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._reading != _NOTHING:
            self._pending = self._pending + data if self._pending else data
            self._advance()

    def eof_received(self) -> bool:
        """See asyncio.Protocol; a whole request that is in flight is still answered, if soon."""
        self.half_closed = True
        if self.in_flight and self._reading == _HEAD and not self.peer.tls:
            self._deadline.within(HALF_CLOSE_GRACE)
            return True
        return False

    # What the lane calls.

    def write(self, data: bytes, more: bytes = b"") -> None:
        """Send bytes to the client, if it is still there; ``more`` is not copied behind them."""
        if not self.closing:
            self._outlet.write(data, more)

    def expect(self, seconds: float | None) -> None:
        """Give the client so long before ``carrier.client_too_late()``; ``None`` for ever."""
        if self.half_closed:
            return  # it has been given its last second
        if seconds is None:
            self._deadline.clear()
        else:
            self._deadline.within(seconds)

    def finished(self, keep_alive: bool) -> None:  # noqa: FBT001 - as C calls it
        """Go on to the next request: the response to the one in flight is written.

        Where the connection does not live on, ``close()`` has to follow.
        """
        self.in_flight = False
        self._last = not keep_alive
        if self._reading == _HEAD:
            self._between_requests()
        elif self._last and self._reading == _BODY:
            self._reading, self._pending, self._unread = _NOTHING, b"", True
        elif self._reading == _BODY:
            self._deadline.within(DRAIN_BODY)

    def pause(self, *, by_lane: bool) -> None:
        """Read no more for now."""
        self._lane_paused = self._lane_paused or by_lane
        if not self._paused and not self.transport.is_closing():
            self._paused = True
            self.transport.pause_reading()

    def resume(self, *, by_lane: bool) -> None:
        """Read on, unless the lane or too many pending bytes stand against it."""
        self._lane_paused = self._lane_paused and not by_lane
        if self._paused and not self._lane_paused and len(self._pending) <= MAX_PENDING:
            self._paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def close(self) -> None:
        """End the connection once everything is written; lingers where bytes were not read."""
        if self.closing:
            return
        self.closing = True
        self._outlet.flush()
        half_way = self._unread or self._reading == _BODY or self.broken
        self._reading, self._pending = _NOTHING, b""
        if not half_way or self.half_closed:
            self.transport.close()
            # A client that reads nothing would keep it open for ever.
            self._deadline.within(self._settings.client_send_timeout)
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.resume(by_lane=True)
        self._deadline.within(LINGER)

    def abort(self) -> None:
        """End the connection at once, and not in a way that looks like a clean end."""
        self._reading, self.closing = _NOTHING, True
        self._outlet.flush()
        abort_with_reset(self.transport)

    def drain(self) -> None:
        """Close after the response to what is going on, or is about to."""
        self.draining = True
        if self._reading == _HEAD and not (self.in_flight or self._scanner.waiting):
            self._deadline.within(self._settings.drain_idle_timeout)

    def into_tunnel(self) -> tuple[bytes, asyncio.Transport]:
        """Hand over the transport, reading paused, and what came behind the request."""
        pending, self._pending = self._pending, b""
        self._reading = _NOTHING
        self._deadline.clear()
        self._outlet.flush()
        self.pause(by_lane=True)
        return pending, self.transport

    def left_tunnel(self) -> None:
        """Let the lane know that the connection is gone; a tunnel hears of that in our place."""
        asyncio.get_running_loop().call_soon(self.connection_lost, None)

    def refuse(self, failure: Failure) -> None:
        """Answer with an error, and close."""
        self._failure, self.in_flight = failure, False
        self.write(self._lane.refuse(self, failure))
        self.close()

    @property
    def broken(self) -> bool:
        """Whether what came last broke the rules of the wire."""
        return self._failure is not None

    # The way of the bytes.

    def _advance(self) -> None:
        if self._advancing:
            return  # a request was answered at once: the loop below goes on to the next
        self._advancing = True
        while self._pending:
            if self._reading == _BODY:
                self._feed_body()
            elif self._reading == _HEAD and not self.in_flight:
                self._feed_head()
            else:
                break
        self._advancing = False
        if self._reading == _NOTHING:
            self._pending = b""
        elif len(self._pending) > MAX_PENDING:
            self.pause(by_lane=False)

    def _feed_head(self) -> None:
        data, self._pending = self._pending, b""
        fresh = not self._scanner.waiting
        try:
            request = self._scanner.feed(data)
        except Failure as failure:
            self.refuse(failure)
            return
        if request is not None:
            self._pending, self._scanner.rest = self._scanner.rest, b""
            self._begin(request)
        elif fresh and self._between and self._scanner.waiting:
            self._deadline.within(self._settings.client_header_timeout)

    def _begin(self, request: Request) -> None:
        self.request = request
        self.in_flight = self._between = True
        self._deadline.clear()
        if request.framing:
            limit = self._settings.max_header_bytes
            self._body = BodyFeed(request.framing, max_trailer_bytes=limit)
            self._reading = _BODY
        self._lane.begin(self)

    def _feed_body(self) -> None:
        late = not self.in_flight
        try:
            data, self._pending = self._body.feed(self._pending)
        except Failure as failure:
            self._break_body(failure)
            return
        complete = self._body.complete
        if complete:
            self._reading = _HEAD
        if data:
            self.carrier.body_received(data)
        if complete:
            self.carrier.body_ended(self._body.trailers)
            if late:
                self._between_requests()

    def _break_body(self, failure: Failure) -> None:
        self._failure = failure
        if not self.in_flight:
            self.close()
            return
        self._reading, self._pending = _NOTHING, b""
        self.carrier.body_broken(failure)

    def _between_requests(self) -> None:
        if self._last or self.draining:
            if not self._last:  # else whoever announced the close closes
                self.close()
            self._reading, self._pending = _NOTHING, b""
            return
        self._deadline.within(self._settings.keep_alive_timeout)
        if self._pending:
            self._advance()
        if self._paused:
            self.resume(by_lane=False)
        if self.half_closed and not (self.in_flight or self._advancing):
            self.close()

    def _too_late(self) -> None:
        if self._reading == _HEAD and not self.in_flight:
            if self._scanner.waiting:
                self.refuse(Failure(FailureKind.REQUEST_TIMEOUT, "the head took too long"))
            else:
                self.close()
                self._deadline.within(GOODBYE)
        elif not self.in_flight:
            self.transport.abort()
        elif self.half_closed:
            self.abort()
        else:
            self.carrier.client_too_late()
