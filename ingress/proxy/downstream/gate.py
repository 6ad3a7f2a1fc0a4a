"""The protocol of an accepted connection: guards what the lane behind it gets to read."""

import asyncio
from enum import Enum
from typing import Final, Protocol, cast

from ingress.model.messages import Peer
from ingress.proxy.downstream.body import BodyFeed
from ingress.proxy.downstream.connection import abort_with_reset, peer_of
from ingress.proxy.downstream.deadline import Deadline
from ingress.proxy.downstream.heads import Request
from ingress.proxy.downstream.scanner import HeadScanner
from ingress.proxy.downstream.wire import Wire
from ingress.proxy.failures import Failure, FailureKind
from ingress.settings import ProxySettings

MAX_PENDING: Final = 65_536
"""Bytes of the next requests that are kept while one is being answered."""
HALF_CLOSE_GRACE: Final = 1.0
"""Seconds for an answer once the client has closed its side: for all we can see, it left."""
LINGER: Final = 2.0
"""How long to go on reading after a refusal, in seconds: closing with bytes unread would reset
the connection, and the client might never see the answer."""
GOODBYE: Final = 1.0
"""How long an idle client has to answer TLS's close_notify, in seconds; many pools never do."""


class Lane(Protocol):
    """What stands behind a Gate."""

    settings: ProxySettings

    def protocol(self) -> asyncio.Protocol:
        """Return a protocol that is fed requests, one at a time, by its public interface."""

    def opened(self, gate: "Gate") -> None:
        """Take note of a new connection."""

    def closed(self, gate: "Gate") -> None:
        """Take note that a connection is gone."""

    def refuse(self, gate: "Gate", failure: Failure) -> bytes:
        """Record a request that never reached the lane; return the whole answer to it."""


class Content(Protocol):
    """The body that a handler reads."""

    def set_exception(self, exc: BaseException) -> None:
        """Fail whoever reads it, now or later."""


class _Reading(Enum):
    HEAD = "head"
    BODY = "body"
    NOTHING = "nothing"


class Gate(asyncio.Protocol):
    """Owns one downstream connection.

    Reads heads and frames bodies itself, refuses what breaks the rules of the wire, and feeds
    the lane one request at a time; the next is read once ``finished()`` says that the response
    to this one is written. ``request`` is the one in flight.
    """

    request: Request
    peer: Peer

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._settings = lane.settings
        self._scanner = HeadScanner(max_bytes=lane.settings.max_header_bytes)
        self._inner = lane.protocol()
        self._body = BodyFeed(None)
        self._reading = _Reading.HEAD
        self._pending = b""
        self._content: Content | None = None
        self._failure: Failure | None = None
        self._paused = self._lane_paused = False
        self._ended = self._unread = self._last = self._between = False
        self.in_flight = self.draining = False

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        # A cast, since uvloop's transports are not asyncio's by inheritance.
        transport = cast("asyncio.Transport", transport)
        self._transport = transport
        self.peer = peer_of(transport)
        self._deadline = Deadline(asyncio.get_running_loop(), self._too_late)
        self._deadline.within(self._settings.client_header_timeout)
        self.wire = Wire(transport, self)
        self._lane.opened(self)
        self._inner.connection_made(self.wire)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.BaseProtocol."""
        self._reading, self._pending = _Reading.NOTHING, b""
        self._deadline.close()
        self._lane.closed(self)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.wire.pause_writing()
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.wire.resume_writing()
        self._inner.resume_writing()

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._reading is not _Reading.NOTHING:
            self._pending = self._pending + data if self._pending else data
            self._advance()

    def eof_received(self) -> bool:
        """See asyncio.Protocol; a whole request that is in flight is still answered, if soon."""
        self._ended = True
        if self.in_flight and self._reading is _Reading.HEAD and not self.peer.tls:
            self._deadline.within(HALF_CLOSE_GRACE)
            return True
        return False

    # What the lane calls.

    def attach(self, content: Content) -> None:
        """Name the body that is to fail when what comes next breaks the rules of the wire."""
        self._content = content
        if self._failure is not None:
            content.set_exception(self._failure)

    def finished(self, *, keep_alive: bool) -> None:
        """Go on to the next request: the response to the one in flight is written."""
        self.in_flight, self._content = False, None
        self._last = not keep_alive
        if self._reading is _Reading.HEAD:
            self._between_requests()
        elif self._last and self._reading is _Reading.BODY:
            self._reading, self._pending, self._unread = _Reading.NOTHING, b"", True

    def pause(self, *, by_lane: bool) -> None:
        """Read no more for now."""
        if by_lane:
            self._lane_paused = True
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def resume(self, *, by_lane: bool) -> None:
        """Read on, unless the lane or too many pending bytes stand against it."""
        if by_lane:
            self._lane_paused = False
        if self._paused and not self._lane_paused and len(self._pending) <= MAX_PENDING:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def close(self) -> None:
        """End the connection once everything is written."""
        half_way = self._unread or self._reading is _Reading.BODY or self.broken
        self._reading, self._pending = _Reading.NOTHING, b""
        if not half_way or self._ended:
            self._transport.close()
            # A client that reads nothing would keep it open for ever.
            self._deadline.within(self._settings.client_send_timeout)
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._lane_paused = False
        self.resume(by_lane=True)
        self._deadline.within(LINGER)

    def abort(self) -> None:
        """End the connection at once, and not in a way that looks like a clean end."""
        self._reading = _Reading.NOTHING
        abort_with_reset(self._transport)

    def drain(self) -> None:
        """Close after the response to what is going on, or is about to."""
        self.draining = True
        if self._reading is _Reading.HEAD and not (self.in_flight or self._scanner.waiting):
            self._deadline.within(self._settings.drain_idle_timeout)

    def into_tunnel(self) -> tuple[bytes, asyncio.Transport]:
        """Hand over the transport, reading paused, and what came behind the request."""
        pending, self._pending = self._pending, b""
        self._reading = _Reading.NOTHING
        self._deadline.clear()
        self.pause(by_lane=True)
        return pending, self._transport

    def left_tunnel(self) -> None:
        """Let the lane know that the connection is gone; a tunnel hears of that in our place."""
        asyncio.get_running_loop().call_soon(self.connection_lost, None)

    def send_continue(self) -> None:
        """Tell the client to send its body (RFC 9110 §10.1.1)."""
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    @property
    def broken(self) -> bool:
        """Whether the body of the request in flight broke the rules of the wire."""
        return self._failure is not None

    # The way of the bytes.

    def _advance(self) -> None:
        while self._pending:
            if self._reading is _Reading.BODY:
                self._feed_body()
            elif self._reading is _Reading.HEAD and not self.in_flight:
                self._feed_head()
            else:
                break
        if self._reading is _Reading.NOTHING:
            self._pending = b""
        elif len(self._pending) > MAX_PENDING:
            self.pause(by_lane=False)

    def _feed_head(self) -> None:
        data, self._pending = self._pending, b""
        fresh = not self._scanner.waiting
        try:
            request = self._scanner.feed(data)
        except Failure as failure:
            self._refuse(failure)
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
        self._body = BodyFeed(request.framing, max_trailer_bytes=self._settings.max_header_bytes)
        self._reading = _Reading.HEAD if self._body.complete else _Reading.BODY
        self._inner.data_received(request.raw)

    def _feed_body(self) -> None:
        try:
            data, self._pending = self._body.feed(self._pending)
        except Failure as failure:
            self._break_body(failure)
            return
        if self._body.complete:
            self._reading = _Reading.HEAD
        if data:
            self._inner.data_received(data)
        if self._body.complete and not self.in_flight:
            self._between_requests()

    def _break_body(self, failure: Failure) -> None:
        self._failure = failure
        if not self.in_flight:
            self.close()
            return
        self._reading, self._pending = _Reading.NOTHING, b""
        if self._content is not None:
            self._content.set_exception(failure)

    def _between_requests(self) -> None:
        if self._last or self.draining:
            # The lane closes by itself what it has announced to close.
            if not self._last:
                self.wire.close()
            self._reading, self._pending = _Reading.NOTHING, b""
            return
        self._deadline.within(self._settings.keep_alive_timeout)
        self._advance()
        self.resume(by_lane=False)
        if self._ended and not self.in_flight:
            self.close()

    def _refuse(self, failure: Failure) -> None:
        self._failure = failure
        self._transport.write(self._lane.refuse(self, failure))
        self.wire.close()

    def _too_late(self) -> None:
        if self._reading is _Reading.HEAD and not self.in_flight:
            if self._scanner.waiting:
                self._refuse(Failure(FailureKind.REQUEST_TIMEOUT, "the head took too long"))
            else:
                self.close()
                self._deadline.within(GOODBYE)
        elif self.in_flight:
            self.abort()
        else:
            self._transport.abort()
