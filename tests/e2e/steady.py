"""A client that asks steadily and forgives nothing, and the endpoints that it asks for.

No HTTP client library: those retry in silence, and a retry is a failed request here.
"""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Self


class Request(NamedTuple):
    """One of many requests; ``X-Number`` tells it from the others."""

    number: int
    method: str = "GET"
    target: str = "/steady"
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        length = f"Content-Length: {len(self.body)}\r\n" if self.body else ""
        head = f"{self.method} {self.target} HTTP/1.1\r\nHost: {host}\r\nX-Number: {self.number}"
        return f"{head}\r\n{length}\r\n".encode() + self.body


@asynccontextmanager
async def endpoints(count: int) -> AsyncIterator[list[int]]:
    """Serve `endpoint N` on this many loopback ports."""
    servers = [
        await asyncio.start_server(_answering(f"endpoint {number}"), "127.0.0.1", 0)
        for number in range(count)
    ]
    try:
        yield [server.sockets[0].getsockname()[1] for server in servers]
    finally:
        for server in servers:
            server.close()


def _answering(
    text: str,
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return serve


@dataclass
class Tally:
    """What came of the requests.

    ``failures`` begin with the method. ``failed_ports`` are the client's ports of connections that
    broke; ``turned_away`` counts those that nobody took, so that nothing was sent, also among the
    failures.
    """

    sent: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    failed_ports: set[int] = field(default_factory=set)
    turned_away: int = 0
    serials: set[str] = field(default_factory=set)
    slowest: float = 0.0


class Line:
    """One way to the proxy, kept open from request to request unless it is `fresh`."""

    def __init__(
        self,
        port: int,
        *,
        host: str,
        tls: ssl.SSLContext | None,
        fresh: bool,
        address: str = "127.0.0.1",
        expected: bytes = b"endpoint ",
    ) -> None:
        self._port, self._host, self._tls, self._fresh = port, host, tls, fresh
        self._address, self._expected = address, expected
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request, tally: Tally) -> None:
        """Send one request and judge its answer; everything but a whole 200 is a failure."""
        begun = time.monotonic()
        tally.sent[request.method] += 1
        what = f"{request.method} {request.number} {self!r}"
        try:
            async with asyncio.timeout(10):
                status, body = await self._exchange(request, tally)
        except (OSError, EOFError, TimeoutError) as error:
            tally.failures.append(f"{what}: {error!r}")
            tally.turned_away += self._nobody_took_it(error)
            if self._streams:
                tally.failed_ports.add(self._streams[1].get_extra_info("sockname")[1])
            self.close()
            return
        tally.slowest = max(tally.slowest, time.monotonic() - begun)
        if status == b"200" and body.startswith(self._expected):
            tally.answers[body.decode()] += 1
        else:
            tally.failures.append(f"{what}: {status.decode()} {body!r}")
        if self._fresh:
            self.close()

    async def _exchange(self, request: Request, tally: Tally) -> tuple[bytes, bytes]:
        reader, writer = self._streams = self._streams or await self._open(tally)
        writer.write(request.encode(self._host))
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        body = await reader.readexactly(int(fields[b"content-length"]))
        if fields.get(b"connection") == b"close":
            self.close()
        return head.split(b" ", 2)[1], body

    async def _open(self, tally: Tally) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = self._host if self._tls else None
        streams = await asyncio.open_connection(
            self._address, self._port, ssl=self._tls, server_hostname=name
        )
        if self._tls:
            tally.serials.add(streams[1].get_extra_info("peercert")["serialNumber"])
        return streams

    def _nobody_took_it(self, error: Exception) -> bool:
        """Tell whether the connection was refused, or reset by a listener that closed on it."""
        # Whoever takes a connection may reset its handshake.
        reset = not (self._streams or self._tls) and isinstance(error, ConnectionResetError)
        return reset or isinstance(error, ConnectionRefusedError)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{'https' if self._tls else 'http'}{' fresh' if self._fresh else ''}"


async def ask_steadily(
    lines: list[Line],
    *,
    rate: float,
    seconds: float,
    enough: asyncio.Event | None = None,
    request: Callable[[int], Request] = Request,
) -> Tally:
    """Send `rate` requests a second in all, each line its share, and count; end early if asked."""
    tally = Tally()
    begun = time.monotonic()

    async def keep_asking(line: Line, number: int) -> None:
        with line:
            while number < rate * seconds and not (enough and enough.is_set()):
                await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
                await line.ask(request(number), tally)
                number += len(lines)

    async with asyncio.TaskGroup() as group:
        for number, line in enumerate(lines):
            group.create_task(keep_asking(line, number))
    return tally
