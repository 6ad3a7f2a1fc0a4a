"""One connection to an endpoint: an asyncio.Protocol that carries one exchange at a time.

The callbacks of the event loop change state and wake whoever waits; the coroutines look at the
state, then wait or write. Neither does anything that the other could interrupt halfway.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast

from ingress.model.messages import Headers
from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.inbox import Inbox
from ingress.proxy.upstream.messages import Framing, ResponseHead
from ingress.proxy.upstream.parser import ResponseParser
from ingress.proxy.upstream.requests import RequestBody, encode_head
from ingress.proxy.upstream.sockets import last_words, readiness
from ingress.proxy.upstream.waiting import Waiter

READ_AHEAD: Final = 128 * 1024
"""How many bytes of a body are kept for a slow reader before the upstream has to wait."""

_CUT_SHORT: Final = (FailureKind.CLOSED, FailureKind.RESET)


class Connection(asyncio.Protocol):
    """One exchange at a time; sending and receiving may go on at once in two tasks.

    Every coroutine raises Failure and nothing else (CancelledError aside). After a Failure the
    connection is closed. ``reused`` tells whether it carried an exchange before this one.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        max_header_bytes: int,
        on_idle: Callable[["Connection"], None],
        on_lost: Callable[["Connection"], None],
    ) -> None:
        self.endpoint = endpoint
        self.reused = False
        self._max_header_bytes = max_header_bytes
        self._on_idle = on_idle
        self._on_lost = on_lost
        self._timeouts = Timeouts()
        self._transport: asyncio.Transport
        self._inbox: Inbox | None = None
        self._request = RequestBody(None)
        self._failure: Failure | None = None
        self._in_use = False
        self._early = False
        self._paused = False
        self._full = False

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else "in use" if self._in_use else "idle"
        return f"<Connection {self.endpoint} {state}{', reused' if self.reused else ''}>"

    @property
    def is_closed(self) -> bool:
        """Whether it is closed or closing."""
        return self._transport.is_closing()

    def is_silent(self) -> bool:
        """Ask the kernel whether nothing waits to be read: no byte, no close, no error.

        What the event loop has not come to yet was sent before our request: it is no answer.
        """
        return not self.is_closed and not self._readiness.poll(0)

    def begin(self, timeouts: Timeouts, *, reused: bool) -> None:
        """Start an exchange with these timeouts."""
        self._timeouts = timeouts
        self.reused = reused
        self._in_use = True

    async def send_head(
        self,
        method: str,
        target: str,
        *,
        headers: Headers,
        framing: Framing = None,
        upgrade: bytes = b"",
    ) -> None:
        """Send a request head; the target goes byte for byte, headers in order and untouched.

        ``headers`` hold no hop-by-hop lines: Content-Length and Transfer-Encoding among them are
        left out, the one framing line is written from ``framing``. ``upgrade`` is the client's
        Upgrade value; ``Connection: upgrade`` goes with it, and only one of its protocols may be
        chosen by a 101. With ``framing`` of ``None`` or 0 the request is complete.
        """
        head = self._framed(
            lambda: encode_head(method, target, headers=headers, framing=framing, upgrade=upgrade)
        )
        self._check_open()
        parser = ResponseParser(method, upgrade=upgrade, max_header_bytes=self._max_header_bytes)
        self._inbox = Inbox(parser)
        self._request = RequestBody(framing)
        self._early = False
        await self._write(head)

    async def send_body(self, chunk: bytes) -> None:
        """Send a piece of the body; waits while the upstream is slow to read."""
        await self._write(self._framed(lambda: self._request.piece(chunk)))

    async def end_body(self) -> None:
        """End the request's body; Failure(BAD_REQUEST) where it is shorter than announced."""
        await self._write(self._framed(self._request.end))

    async def response(self) -> ResponseHead:
        """Wait for the final response head; may be awaited while the body is still being sent.

        A response that is known to be broken by then is a Failure, so that a 502 can be said.
        """
        inbox = self._asked()
        while inbox.head is None or (self._failure and not inbox.ended):
            await self._arrival_in_time()
        return inbox.head

    async def read_body(self) -> bytes:
        """Return whatever has arrived of the body, at least a byte; ``b""`` once it has ended."""
        inbox = self._asked()
        while not inbox.size and not inbox.ended:
            await self._arrival_in_time()
        body = inbox.take()
        if not inbox.switched:
            self._resume_reading()
        return body

    @property
    def response_complete(self) -> bool:
        """Whether the whole response has arrived: no read_body() will wait any more."""
        return self._inbox is not None and self._inbox.ended

    def release(self) -> None:
        """End the exchange: back to the pool if it ended well on both sides, else abort.

        Safe to call at any time and more than once.
        """
        if not self._in_use:
            return
        clean = self._may_be_reused()
        self._in_use = False
        self._inbox = None
        if clean:
            self._resume_reading()
            self._on_idle(self)
        else:
            self.abort()

    def abort(self) -> None:
        """Close at once, dropping what is unsent; safe to call at any time."""
        self._fail(Failure(FailureKind.CLOSED, "closed by us"))

    def into_tunnel(self) -> tuple[bytes, asyncio.Transport]:
        """After a 101: hand over what came behind its head, and the transport, reading paused.

        The caller gives the transport a protocol of its own (``Relay``) and resumes reading.
        """
        inbox = self._asked()
        if not inbox.switched:
            raise RuntimeError("only a 101 opens a tunnel")
        self._check_open()
        self._in_use = False
        self._on_lost(self)
        return inbox.surplus, self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)
        loop = asyncio.get_running_loop()
        self._arrival, self._room = Waiter(loop), Waiter(loop)
        self._readiness = readiness(transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        inbox = self._inbox
        if inbox is None:
            # Whatever this begins, it is no answer to the next request.
            kind = FailureKind.STALE if self.reused else FailureKind.BROKEN
            self._fail(Failure(kind, "bytes before any request"))
            return
        try:
            inbox.feed(data)
        except Failure as failure:
            self._fail(failure)
            return
        self._early = self._early or (inbox.head is not None and not self._request.complete)
        if inbox.switched or inbox.size > READ_AHEAD:
            self._pause_reading()
        elif inbox.surplus:
            self._transport.abort()
        self._arrival.wake()

    def eof_received(self) -> None:
        """See asyncio.Protocol; the transport closes itself then."""
        if self._inbox is not None:
            try:
                self._inbox.eof()
            except Failure as failure:
                self._fail(failure)
            self._arrival.wake()

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self._full = True

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._full = False
        self._room.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        for data in last_words(self._transport) if exc and self._inbox else ():
            self.data_received(data)
        kind = FailureKind.CLOSED if exc is None else FailureKind.RESET
        self._fail(Failure(kind, type(exc).__name__))
        self._on_lost(self)

    def _fail(self, failure: Failure) -> Failure:
        """Close for this reason, unless there was an earlier one; returns the one that counts."""
        if self._failure is None:
            unheard = self._inbox is None or not self._inbox.heard
            if failure.kind in _CUT_SHORT and self.reused and unheard:
                failure = Failure(FailureKind.STALE, failure.detail)
            self._failure = failure
        self._transport.abort()
        self._arrival.wake()
        self._room.wake()
        return self._failure

    def _framed(self, framing: Callable[[], bytes]) -> bytes:
        """Return what is to be written; what must not be is the end of the connection."""
        try:
            return framing()
        except Failure as failure:
            raise self._fail(failure) from None

    def _asked(self) -> Inbox:
        if self._inbox is None:
            raise self._failure or RuntimeError("send_head() comes first")
        return self._inbox

    def _check_open(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self.is_closed:
            # Its last words may still come, so this is not yet the end of the exchange.
            raise Failure(FailureKind.CLOSED, "the upstream has closed")

    def _may_be_reused(self) -> bool:
        return (
            self._inbox is not None
            and self._inbox.leaves_silence
            and self._request.complete
            and not self._early
            and self._failure is None
            and not self.is_closed
            and not self._transport.get_write_buffer_size()
        )

    async def _write(self, data: bytes) -> None:
        self._check_open()
        if data:
            self._transport.write(data)
        while self._full:
            unsent = self._transport.get_write_buffer_size()
            in_time = await self._room.wait(self._timeouts.send)
            if not in_time and self._transport.get_write_buffer_size() >= unsent:
                self._fail(Failure(FailureKind.SEND_TIMEOUT, "the upstream does not read"))
            self._check_open()
        if self._request.complete:
            # Only now does the upstream owe us an answer.
            self._arrival.limit(self._timeouts.read)

    async def _arrival_in_time(self) -> None:
        if self._failure is not None:
            raise self._failure
        limit = self._timeouts.read if self._request.complete else None
        if not await self._arrival.wait(limit):
            self._fail(Failure(FailureKind.READ_TIMEOUT, "the upstream does not answer"))

    def _pause_reading(self) -> None:
        if not self._paused and not self.is_closed:
            self._paused = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._paused and not self.is_closed:
            self._paused = False
            self._transport.resume_reading()
