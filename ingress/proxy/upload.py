"""The request's body on its way up, beside the response on its way down."""

import asyncio
from contextlib import suppress

from aiohttp import web

from ingress.proxy.downstream.replies import CONTINUE
from ingress.proxy.failures import Failure, FailureKind, Side
from ingress.proxy.handling import Handling
from ingress.proxy.patience import Patience
from ingress.proxy.upstream import Connection


class Upload:
    """Sends a body piece by piece; never holds more of it than the buffers on the way do.

    ``consumed`` counts the bytes that were read from the client. ``failure`` is the client's own
    doing, if any: the upstream connection is closed then, which wakes whoever waits for it.
    """

    def __init__(self, exchange: Handling, *, max_bytes: int, patience: Patience) -> None:
        self.consumed = 0
        self.failure: Failure | None = None
        self._content = exchange.request.content
        self._exchange = exchange
        self._max_bytes = max_bytes
        self._patience = patience
        self._task: asyncio.Task[None] | None = None

    def start(self, connection: Connection) -> None:
        """Begin to send, if there is a body."""
        if self._exchange.asked.framing:
            run = self._run(connection)
            self._task = asyncio.create_task(run, name="upload")

    def cancel(self) -> None:
        """Send no more."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """Send no more, and wait until nothing more will happen."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _run(self, connection: Connection) -> None:
        try:
            await self._pump(connection)
        except Failure as failure:
            # One of the upstream's is seen by whoever reads the response, which may well have
            # come before the body's end.
            if failure.side is Side.DOWNSTREAM:
                self.failure = failure
                connection.abort()

    async def _pump(self, connection: Connection) -> None:
        exchange = self._exchange
        if exchange.asked.expects_continue and not exchange.continued:
            exchange.gate.write(CONTINUE)
        exchange.continued = True
        while chunk := await self._read():
            self.consumed += len(chunk)
            if self._max_bytes and self.consumed > self._max_bytes:
                raise Failure(FailureKind.BODY_TOO_LARGE, "while it arrived")
            await connection.send_body(chunk)
        await connection.end_body()

    async def _read(self) -> bytes:
        # Nothing to read means that the client is slow: while the upstream is, we wait elsewhere.
        try:
            # Once the response has begun, which may be meanwhile, both sides take their time.
            while (left := self._patience.wait(paced=not self._exchange.answered)) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        data = await self._content.readany()
                    self._patience.feed(len(data))
                    return data
            raise Failure(FailureKind.REQUEST_TIMEOUT, "the body stopped")
        except (ConnectionError, web.RequestPayloadError) as error:
            raise Failure(FailureKind.CLIENT_GONE, "in the midst of its body") from error
