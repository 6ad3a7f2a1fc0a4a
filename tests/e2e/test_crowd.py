"""Two thousand clients that are idle or crawl: nobody else feels them, and they are shown out.

CROWD=10000 makes it ten thousand.
"""

import asyncio
import os
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from e2e.running import Running, running
from e2e.test_workers import HOST, manifests
from wire.upstreams import read_head, serving

from ingress.runtime.descriptors import raise_descriptor_limit

CROWD = int(os.environ.get("CROWD", "2000"))
READERS = 40  # each fills a buffer of the kernel's, some megabytes
TIMEOUT = 10.0
"""What each of the four is set to: a crowd is there, and measured in, before the first passes."""
PACE = 2.0
"""Seconds from one byte of a crawler's to its next."""
ASKED, EVERY = 200, 0.01
ROUNDS = 3
"""How often it is measured, alone and beside the crowd in turn. What else a machine does adds to
some rounds, a crowd that is felt to each: so the best one counts."""
FLOOR = 0.01
"""A p99 below this, in seconds, is a machine's and not the crowd's."""

GET = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
HEAD = GET[:-2] + b"X: "
BODY = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9999\r\n\r\n".encode()
READ = GET.replace(b"/", b"/endless", 1)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer; the body of a POST is awaited, and an endless answer goes as it is taken."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    while head := await read_head(reader):
        if head.startswith(b"POST"):
            await reader.readexactly(9999)
        if not head.startswith(b"GET /endless"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            continue
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1_000):
            writer.write(bytes(1_000_000))
            await writer.drain()


class Guest:
    """One of the crowd; ``end`` is what became of it: a status, `closed` or `reset`."""

    def __init__(self, kind: str, said: bytes) -> None:
        self.kind, self._said = kind, said
        self.end = ""

    async def stay(self, port: int, *, there: asyncio.Semaphore) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as connection:
            connection.settimeout(0)
            if self.kind == "reader":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(connection, ("127.0.0.1", port))
            await loop.sock_sendall(connection, self._said)
            if self.kind == "idle":
                assert (await loop.sock_recv(connection, 4096)).startswith(b"HTTP/1.1 200 ")
            there.release()
            if self.kind == "idle":
                self.end = (await loop.sock_recv(connection, 4096)).decode() or "closed"
            elif self.kind == "reader":
                self.end = await self._read(connection)
            else:
                self.end = await self._write(connection)

    async def _read(self, connection: socket.socket) -> str:
        loop = asyncio.get_running_loop()
        while not connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            if not await loop.sock_recv(connection, 1):
                return "closed"
            await asyncio.sleep(PACE)
        return "reset"

    async def _write(self, connection: socket.socket) -> str:
        loop = asyncio.get_running_loop()
        hearing = asyncio.create_task(loop.sock_recv(connection, 4096), name="a guest hears")
        try:
            while not (await asyncio.wait({hearing}, timeout=PACE))[0]:
                await loop.sock_sendall(connection, b"x")
            return hearing.result().split(b" ")[1].decode()
        finally:
            hearing.cancel()


def guests() -> Iterator[Guest]:
    """Yield half of them idle; of the others most send, and a few read."""
    for number in count():
        if number % 2:
            yield Guest("idle", GET)
        elif number < 2 * READERS:
            yield Guest("reader", READ)
        elif number % 4:
            yield Guest("head", HEAD)
        else:
            yield Guest("body", BODY)


@asynccontextmanager
async def crowd(served: Running) -> AsyncIterator[list[tuple[Guest, asyncio.Task[None]]]]:
    """Have everybody come in, and leave at the end of the block if they are still there."""
    there = asyncio.Semaphore(0)
    staying = []
    for guest, _ in zip(guests(), range(CROWD), strict=False):
        stay = guest.stay(served.ports["http"], there=there)
        staying.append((guest, asyncio.create_task(stay, name=guest.kind)))
        if len(staying) > 100:  # so many at once knock at the door
            await there.acquire()
    for _ in range(min(CROWD, 100)):
        await there.acquire()
    try:
        yield staying
    finally:
        for _, task in staying:
            task.cancel()
        await asyncio.wait({task for _, task in staying})


async def ask(served: Running) -> list[float]:
    """Return how long each of many requests on one connection took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.ports["http"])
    durations = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        writer.write(GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(2) == b"ok"
        durations.append(time.perf_counter() - begun)
        await asyncio.sleep(EVERY)
    writer.close()
    return durations


def p99(durations: list[float]) -> float:
    return sorted(durations)[len(durations) * 99 // 100]


def told(rounds: list[float]) -> str:
    return " ".join(f"{seconds * 1000:.1f}" for seconds in rounds)


@pytest.mark.parametrize("lanes", ["both", "full"])
async def test_a_crowd_is_felt_by_nobody_and_shown_out(lanes: str, tmp_path: Path) -> None:
    raise_descriptor_limit()
    alone, beside = [], []
    times = [f"--{what}-timeout" for what in ("client-header", "client-body", "client-send")]
    args = [word for name in (*times, "--keep-alive-timeout") for word in (name, f"{TIMEOUT:g}s")]
    async with serving(serve) as up:
        with running(
            manifests(tmp_path, [up.endpoint.port]), args=("--lanes", lanes, *args)
        ) as served:
            for number in range(ROUNDS):
                alone.append(p99(await ask(served)))
                async with crowd(served) as staying:
                    assert not any(task.done() for _, task in staying)
                    beside.append(p99(await ask(served)))
                    if number == ROUNDS - 1:
                        await asyncio.wait({task for _, task in staying}, timeout=4 * TIMEOUT)
                        for _, task in staying:
                            task.result()
    ends = Counter((guest.kind, guest.end) for guest, _ in staying)
    print(  # noqa: T201 - the figures, with pytest -s
        f"{lanes}: p99 alone {told(alone)} ms, beside {CROWD} others {told(beside)} ms; "
        f"{dict(ends)}"
    )
    assert set(ends) == {
        ("idle", "closed"),
        ("head", "408"),
        ("body", "408"),
        ("reader", "reset"),
    }
    assert min(beside) <= max(2 * min(alone), FLOOR)
