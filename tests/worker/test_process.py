import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from wire.recording import Recorder
from wire.served import FALLBACK, Client, listening, snapshot_of
from wire.upstreams import read_head, serving

from ingress.model.codec import (
    Applied,
    Publication,
    decode_acknowledgement,
    diff,
    encode_publication,
)
from ingress.model.snapshot import Snapshot
from ingress.settings import ProxySettings
from ingress.worker.frames import read_frame, write_frame
from ingress.worker.messages import (
    Acknowledged,
    Alive,
    Answer,
    Drain,
    Order,
    Publish,
    Report,
    Reported,
    Setup,
    decode_answer,
    describe,
    encode,
)
from ingress.worker.output import make_turnstile
from ingress.worker.process import Process

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
FORBIDDEN = {
    *("cryptography", "kubernetes_asyncio", "prometheus_client", "rich", "ruamel", "ryaml"),
    *("typer", "watchfiles", "yaml", "ingress.cli", "ingress.compiler", "ingress.control"),
    *("ingress.explain", "ingress.issuer", "ingress.sources", "ingress.standins"),
}


class Boss:
    """The control process's end, and what the worker listens on."""

    def __init__(self, reader, writer, *, port: int, run: asyncio.Task[None]) -> None:
        self.reader, self.writer, self.port, self.run = reader, writer, port, run

    def order(self, order: Order) -> None:
        write_frame(self.writer, encode(order))

    async def answer(self) -> Answer:
        """Return what comes next, signs of life left out."""
        while (frame := await read_frame(self.reader)) is not None:
            if not isinstance(answer := decode_answer(frame), Alive):
                return answer
        raise EOFError

    async def publish(self, snapshot: Snapshot) -> None:
        publication = Publication(generation=1, base=0, delta=diff(Snapshot(), snapshot))
        self.order(Publish(encode_publication(publication)))
        answer = await self.answer()
        assert isinstance(answer, Acknowledged)
        assert decode_acknowledgement(answer.acknowledgement) == Applied(1)

    async def client(self) -> Client:
        return Client(*await asyncio.open_connection("127.0.0.1", self.port))


@asynccontextmanager
async def working(**settings: object) -> AsyncIterator[Boss]:
    ours, theirs = socket.socketpair()
    listener, turnstile = listening(), make_turnstile()
    setup = Setup(
        number=0,
        http=(os.dup(listener.fileno()),),
        https=(),
        turnstile=turnstile,
        fallback=FALLBACK,
        proxy=describe(ProxySettings(**{"access_log": "off"} | settings)),
    )
    reader, writer = await asyncio.open_unix_connection(sock=theirs)
    run = asyncio.create_task(Process(setup, reader, writer).run())
    boss_ends = await asyncio.open_unix_connection(sock=ours)
    boss = Boss(*boss_ends, port=listener.getsockname()[1], run=run)
    listener.close()
    try:
        yield boss
    finally:
        boss.writer.close()
        async with asyncio.timeout(20):
            await run
        writer.close()
        os.close(turnstile)


async def test_it_accepts_once_there_is_something_to_serve():
    async with working() as boss:
        client = await boss.client()
        await client.send(GET)
        await boss.publish(Snapshot())
        assert (await client.response()).status == 404
        client.close()


async def test_it_says_what_it_counted():
    async with working() as boss:
        boss.order(Report())
        assert isinstance(reported := await boss.answer(), Reported)
        assert not reported.counts.series


async def test_what_cannot_be_decoded_is_refused_and_no_reason_to_end():
    async with working() as boss:
        await boss.publish(Snapshot())
        boss.order(Publish(b"nonsense"))
        assert isinstance(answer := await boss.answer(), Acknowledged)
        assert "not to be decoded" in decode_acknowledgement(answer.acknowledgement).message
        boss.order(Report())
        assert isinstance(await boss.answer(), Reported)


async def test_an_order_to_drain_is_its_end():
    async with working() as boss:
        await boss.publish(Snapshot())
        boss.order(Drain())
        async with asyncio.timeout(5):
            await boss.run


@pytest.mark.parametrize("ordered", [False, True])
async def test_where_nobody_orders_any_more_it_finishes_soon(ordered):
    asked = asyncio.Event()

    async def hang(reader, _writer):
        await read_head(reader)
        asked.set()
        await reader.read()

    async with serving(hang) as up, working(drain_timeout=60.0) as boss:
        await boss.publish(snapshot_of({"/": (up.endpoint,)}))
        client = await boss.client()
        await client.send(GET)
        await asked.wait()
        if ordered:
            boss.order(Drain())
        boss.writer.close()
        async with asyncio.timeout(5):
            await boss.run
        client.close()


async def test_what_is_in_flight_is_finished_though_nobody_orders_any_more():
    recorder = Recorder()
    async with serving(recorder.serve) as up, working(drain_timeout=60.0) as boss:
        await boss.publish(snapshot_of({"/": (up.endpoint,)}))
        client = await boss.client()
        boss.writer.close()
        assert (await client.ask(GET)).status == 200
        client.close()


def test_it_imports_what_serving_needs_and_nothing_else():
    program = "import sys, ingress.worker.process; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert not FORBIDDEN & set(done.stdout.decode().split())
