"""One exchange on a Link, for coroutines: what the full lane speaks to.

The callbacks of the link change state and wake whoever waits; the coroutines look at the state,
then wait or write. Neither does anything that the other could interrupt halfway.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from ingress.model.policies import Timeouts
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import Framing, ResponseHead
from ingress.proxy.upstream.inbox import Inbox
from ingress.proxy.upstream.link import Link
from ingress.proxy.upstream.parser import ResponseParser
from ingress.proxy.upstream.requests import RequestBody, check_line, encode_head
from ingress.proxy.upstream.waiting import Waiter

T = TypeVar("T")

READ_AHEAD: Final = 128 * 1024
"""How many bytes of a body are kept for a slow reader before the upstream has to wait."""


class Connection:
    """The owner of a Link for one exchange; sending and receiving may go on at once in two tasks.

    Every coroutine raises Failure and nothing else (CancelledError aside). After a Failure the
    connection is closed.
    """

    def __init__(self, link: Link, *, timeouts: Timeouts, max_header_bytes: int) -> None:
        self.link = link
        self._timeouts = timeouts
        self._max_header_bytes = max_header_bytes
        self._inbox: Inbox | None = None
        self._request = RequestBody(None)
        self._early = False
        loop = asyncio.get_running_loop()
        self._arrival, self._room = Waiter(loop), Waiter(loop)
        link.take(self)

    @property
    def reused(self) -> bool:
        """Whether the link carried an exchange before this one."""
        return self.link.reused

    @property
    def is_closed(self) -> bool:
        """Whether the link is closed or closing."""
        return self.link.is_closed

    async def send_head(
        self,
        method: str,
        target: str,
        *,
        fields: bytes,
        framing: Framing = None,
        upgrade: bytes = b"",
    ) -> None:
        """Send a request head; the target goes byte for byte, lines in order and untouched.

        ``fields`` hold no hop-by-hop lines and no framing: its one line is written from
        ``framing``. ``upgrade`` is the client's
        Upgrade value; ``Connection: upgrade`` goes with it, and only one of its protocols may be
        chosen by a 101. With ``framing`` of ``None`` or 0 the request is complete.
        """
        self._framed(lambda: check_line(method, target))
        head = self._framed(lambda: encode_head(method, target, fields, framing, upgrade))
        self._check_open()
        parser = ResponseParser(method, self._max_header_bytes)
        parser.upgrade = upgrade
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
        while inbox.head is None or (self.link.failure and not inbox.ended):
            await self._arrival_in_time()
        return inbox.head

    async def read_body(self) -> bytes:
        """Return whatever has arrived of the body, at least a byte; ``b""`` once it has ended."""
        inbox = self._asked()
        while not inbox.size and not inbox.ended:
            await self._arrival_in_time()
        body = inbox.take()
        if not inbox.switched:
            self.link.resume_reading()
        return body

    @property
    def response_complete(self) -> bool:
        """Whether the whole response has arrived: no read_body() will wait any more."""
        return self._inbox is not None and self._inbox.ended

    def release(self) -> None:
        """End the exchange: back to the pool if it ended well on both sides, else abort.

        Safe to call at any time and more than once.
        """
        clean = (
            self._inbox is not None
            and self._inbox.leaves_silence
            and self._request.complete
            and not self._early
        )
        if clean:
            self.link.give_back()
        else:
            self.link.abandon()
        self._inbox = None

    def abort(self) -> None:
        """Close at once, dropping what is unsent; safe to call at any time."""
        self._fail(Failure(FailureKind.CLOSED, "closed by us"))

    def into_tunnel(self) -> tuple[bytes, asyncio.Transport]:
        """After a 101: hand over what came behind its head, and the transport, reading paused."""
        inbox = self._asked()
        if not inbox.switched:
            raise RuntimeError("only a 101 opens a tunnel")
        self._check_open()
        return inbox.surplus, self.link.into_tunnel()

    # What the link calls.

    def response_received(self, data: bytes) -> None:
        """See upstream.link.Owner."""
        inbox = self._inbox
        if inbox is None:
            self.link.unasked()
            return
        try:
            inbox.feed(data)
        except Failure as failure:
            self._fail(failure)
            return
        self._early = self._early or (inbox.head is not None and not self._request.complete)
        if inbox.switched or inbox.size > READ_AHEAD:
            self.link.pause_reading()
        elif inbox.surplus:
            self.link.transport.abort()
        self._arrival.wake()

    def upstream_ended(self) -> None:
        """See upstream.link.Owner."""
        if self._inbox is not None:
            try:
                self._inbox.eof()
            except Failure as failure:
                self._fail(failure)
            self._arrival.wake()

    def upstream_lost(self, failure: Failure) -> None:
        """See upstream.link.Owner."""
        self._fail(failure)

    def upstream_full(self) -> None:
        """See upstream.link.Owner; ``_write`` looks at the link."""

    def upstream_ready(self) -> None:
        """See upstream.link.Owner."""
        self._room.wake()

    def upstream_too_late(self) -> None:
        """See upstream.link.Owner; the waits have limits of their own."""

    def _fail(self, failure: Failure) -> Failure:
        failure = self.link.fail(failure)
        self._arrival.wake()
        self._room.wake()
        return failure

    def _framed(self, framing: Callable[[], T]) -> T:
        """Return what is to be written; what must not be is the end of the connection."""
        try:
            return framing()
        except Failure as failure:
            raise self._fail(failure) from None

    def _asked(self) -> Inbox:
        if self._inbox is None:
            raise self.link.failure or RuntimeError("send_head() comes first")
        return self._inbox

    def _check_open(self) -> None:
        self.link.write(b"")

    async def _write(self, data: bytes) -> None:
        self.link.write(data)
        while self.link.full:
            unsent = self.link.transport.get_write_buffer_size()
            in_time = await self._room.wait(self._timeouts.send)
            if not in_time and self.link.transport.get_write_buffer_size() >= unsent:
                self._fail(Failure(FailureKind.SEND_TIMEOUT, "the upstream does not read"))
            self._check_open()
        if self._request.complete:
            # Only now does the upstream owe us an answer.
            self._arrival.limit(self._timeouts.read)

    async def _arrival_in_time(self) -> None:
        if self.link.failure is not None:
            raise self.link.failure
        limit = self._timeouts.read if self._request.complete else None
        if not await self._arrival.wait(limit):
            self._fail(Failure(FailureKind.READ_TIMEOUT, "the upstream does not answer"))
