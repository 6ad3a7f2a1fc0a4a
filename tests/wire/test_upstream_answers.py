"""Every hostile and every legal answer of an upstream, through real sockets, whole and cut."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import pytest
import uvloop
from wire import responses
from wire.responses import Hostile, Legal, Surplus
from wire.upstreams import (
    GOOD,
    RawUpstream,
    eventually,
    get,
    pools,
    read_head,
    rest_of,
    serving,
    turn_over,
)

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure
from ingress.proxy.upstream import Upstreams

Case = Hostile | Legal | Surplus
TIMEOUTS = Timeouts(connect=10, read=10, send=10)


def by_kind(cases: Iterable[Case]) -> list[object]:
    groups = groupby(sorted(cases, key=attrgetter("kind")), attrgetter("kind"))
    return [pytest.param(kind, list(group), id=kind.replace(" ", "-")) for kind, group in groups]


def cuts(data: bytes) -> Iterator[tuple[bytes, ...]]:
    """Whole, and in two parts cut at every byte (a long one at its ends and now and then)."""
    yield (data,)
    last = len(data) - 1
    for at in range(1, len(data)):
        if last < 3000 or at < 150 or at > last - 50 or at % 9973 == 0:
            yield data[:at], data[at:]


class Script:
    """An upstream that says its parts, but GOOD to whoever asks for /good."""

    def __init__(self) -> None:
        self.parts: tuple[bytes, ...] = ()
        self.closes = False
        self.said = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            if b" /good " in await read_head(reader):
                writer.write(GOOD)
                continue
            await self._say(writer)
            if self.closes:
                return

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self.parts[0])
        for part in self.parts[1:]:
            await turn_over()
            # uvloop raises where the other end has closed meanwhile.
            if not writer.transport.is_closing():
                writer.write(part)
        self.said.set()


class Outcome(NamedTuple):
    closed: bool
    status: int
    body: bytes


async def ask(upstreams: Upstreams, endpoint: Endpoint, case: Case) -> Outcome:
    """Send the request of a case; returns what came of it."""
    connection = await upstreams.open(endpoint, timeouts=TIMEOUTS)
    upgrade = case.upgrade if isinstance(case, Hostile) else b""
    try:
        await connection.send_head(case.method, "/case", fields=b"Host: a\r\n", upgrade=upgrade)
        status, body = await rest_of(connection)
    except Failure as failure:
        status, body = failure.status, b""
    finally:
        connection.release()
    return Outcome(connection.is_closed, status, body)


async def unpoisoned(upstreams: Upstreams, upstream: RawUpstream) -> bool:
    """Tell whether the next request gets its own answer, and nothing else is left open."""
    _, status, body = await get(upstreams, upstream.endpoint, target="/good", timeouts=TIMEOUTS)
    await eventually(lambda: upstream.open == 1)
    return (status, body) == (200, b"good")


Expected = Callable[[Case, Outcome], bool]


async def exchange_all(cases: Iterable[Case], expected: Expected) -> int:
    script = Script()
    count = 0
    async with pools() as upstreams, serving(script.serve) as upstream:
        for case in cases:
            script.closes = getattr(case, "closes", False)
            for script.parts in cuts(case.data):
                # Half of them on a connection that was used before.
                if count % 2:
                    upstreams.retain(())
                    upstreams.retain([(upstream.endpoint.address, upstream.endpoint.port)])
                script.said.clear()
                outcome = await ask(upstreams, upstream.endpoint, case)
                # The last byte is on its way by then, though nobody may have read it yet.
                await asyncio.wait_for(script.said.wait(), 5)
                assert expected(case, outcome), (outcome, script.parts)
                assert await unpoisoned(upstreams, upstream), script.parts
                count += 1
    return count


def run(cases: list[Case], expected: Expected) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(exchange_all(cases, expected))


@pytest.mark.parametrize(("kind", "cases"), by_kind(responses.hostile()))
def test_a_hostile_answer_is_a_502_and_closes(kind, cases, record_property):
    def expected(_case, outcome):
        return outcome == (True, 502, b"")

    record_property(f"wire: hostile answers: {kind}", run(cases, expected))


@pytest.mark.parametrize(("kind", "cases"), by_kind(responses.surplus()))
def test_bytes_behind_an_answer_reach_nobody(kind, cases, record_property):
    # Bytes that come late find the connection idle, and close it then.
    def expected(case, outcome):
        return outcome.status in (200, 204, 304) and outcome.body == case.body

    record_property(f"wire: hostile answers: {kind}", run(cases, expected))


@pytest.mark.parametrize(("kind", "cases"), by_kind(responses.legal()))
def test_a_legal_answer_passes(kind, cases, record_property):
    def expected(case, outcome):
        return outcome == (not case.reused, case.status, case.body)

    record_property(f"wire: legal answers: {kind}", run(cases, expected))
