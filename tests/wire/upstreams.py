"""Raw upstream servers for tests: they write whatever bytes they are told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.upstream import Connection, Upstreams
from ingress.settings import ProxySettings

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"


class RawUpstream:
    """A listening server: ``connections`` counts those it took, ``open`` those not closed yet."""

    def __init__(self, serve: Serve) -> None:
        self.endpoint = Endpoint(address="127.0.0.1", port=0)
        self.connections = 0
        self.open = 0
        self._serve = serve
        self._tasks: set[asyncio.Task[None]] = set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        finally:
            writer.close()
            self.open -= 1

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._accept(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RawUpstream"]:
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.endpoint = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


def serving(serve: Serve) -> "asynccontextmanager[RawUpstream]":
    """Run a server whose connections are served by ``serve``."""
    return RawUpstream(serve).running()


@asynccontextmanager
async def pools(**settings: object) -> AsyncIterator[Upstreams]:
    """Run Upstreams with these ProxySettings."""
    upstreams = Upstreams(ProxySettings(**settings))
    try:
        yield upstreams
    finally:
        await upstreams.close()


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Read a request head."""
    return await reader.readuntil(b"\r\n\r\n")


async def good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request alike."""
    while True:
        await read_head(reader)
        writer.write(GOOD)


async def turn_over() -> None:
    """Let the event loop read what is on loopback."""
    for _ in range(4):
        await asyncio.sleep(0)


async def eventually(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the other end has no event to wait for
            await asyncio.sleep(0.002)


async def get(
    upstreams: Upstreams,
    endpoint: Endpoint,
    *,
    target: str = "/",
    timeouts: Timeouts | None = None,
    **options: object,
) -> tuple[Connection, int, bytes]:
    """Do one GET; returns its connection (already released), status and body."""
    timeouts = timeouts or Timeouts(connect=5, read=5, send=5)
    connection = await upstreams.open(endpoint, timeouts=timeouts)
    try:
        await connection.send_head("GET", target, fields=b"Host: a\r\n", **options)
        status, body = await rest_of(connection)
    finally:
        connection.release()
    return connection, status, body


async def rest_of(connection: Connection) -> tuple[int, bytes]:
    """Return the status and the whole body of the response to come."""
    head = await connection.response()
    body = b""
    while chunk := await connection.read_body():
        body += chunk
    return head.status, body
