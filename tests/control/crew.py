"""Real workers in processes of their own, on loopback, without the rest of a control process."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from wire.served import FALLBACK, Response, snapshot_of
from wire.upstreams import eventually

from ingress.control.listening import address_of, listen_balanced
from ingress.control.publisher import Publisher
from ingress.control.workers import Workers
from ingress.model.snapshot import Snapshot
from ingress.settings import ListenAddress, ProxySettings
from ingress.worker.messages import Setup, describe
from ingress.worker.output import make_turnstile

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
NOTHING: Snapshot = snapshot_of({"/": ()})
"""Answers 503 to everything."""


class Crew:
    def __init__(self, workers: Workers, publisher: Publisher, port: int) -> None:
        self.workers, self.publisher, self.port = workers, publisher, port
        self.run = asyncio.create_task(workers.run())

    async def ask(self) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(20):
                writer.write(GET)
                head = await reader.readuntil(b"\r\n\r\n")
                return Response(int(head.split(b" ")[1]), (), b"").status
        finally:
            writer.close()

    async def serving(self, count: int) -> None:
        await eventually(lambda: self.publisher.workers_serving == count)


def is_alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@asynccontextmanager
async def crew(count: int, **broken: Any) -> AsyncIterator[Crew]:
    """Run workers; ``broken`` is what their Setups say besides, or instead."""
    sockets = listen_balanced([ListenAddress("127.0.0.1", 0)], flag="--http", copies=count)
    turnstile = make_turnstile()
    made: dict[str, Any] = {
        "https": (),
        "turnstile": turnstile,
        "fallback": FALLBACK,
        "proxy": describe(ProxySettings(access_log="off", drain_timeout=5.0)),
    }
    publisher = Publisher(workers=count)
    setups = [
        Setup(number=number, http=tuple(one.fileno() for one in each), **made | broken)
        for number, each in enumerate(sockets)
    ]
    run = Crew(Workers(setups, publisher), publisher, address_of(sockets[0][0]).port)
    try:
        yield run
    finally:
        pids = list(run.workers.pids.values())
        run.run.cancel()
        await asyncio.wait({run.run})
        for each in sockets:
            for one in each:
                one.close()
        os.close(turnstile)
    end = time.monotonic() + 10
    while any(map(is_alive, pids)):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)  # between two looks
