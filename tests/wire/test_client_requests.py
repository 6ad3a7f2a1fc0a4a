"""Every hostile and every legal request of a client, through real sockets, whole and cut."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import groupby
from operator import attrgetter

import pytest
import uvloop
from wire.hostile_requests import hostile
from wire.recording import Recorder
from wire.requests import GET, HOST, MAX_HEAD, POST, SECOND, Hostile, Legal, legal, strange_methods
from wire.served import Lane, Response, Served, served, snapshot_of
from wire.upstreams import serving, turn_over

pytestmark = pytest.mark.usefixtures("each_lane")

Case = Hostile | Legal


def by_kind(cases: Iterable[Case]) -> list[object]:
    groups = groupby(sorted(cases, key=attrgetter("kind")), attrgetter("kind"))
    return [pytest.param(kind, list(group), id=kind.replace(" ", "-")) for kind, group in groups]


def cuts(data: bytes) -> Iterator[tuple[bytes, ...]]:
    """Whole, and in two parts cut at every byte (a long one at its ends and now and then)."""
    yield (data,)
    last = len(data) - 1
    for at in range(1, len(data)):
        if last < 1000 or at < 50 or at > last - 100 or at % 997 == 0:
            yield data[:at], data[at:]


@asynccontextmanager
async def house() -> AsyncIterator[tuple[Served, Recorder]]:
    recorder = Recorder()
    async with (
        serving(recorder.serve) as upstream,
        served(snapshot_of({"/": (upstream.endpoint,)}), max_header_bytes=MAX_HEAD) as running,
    ):
        yield running, recorder


async def say(running: Served, parts: tuple[bytes, ...]) -> tuple[list[Response], bool]:
    """Send the parts one by one; return what comes back, and whether the connection was closed."""
    client = await running.client()
    responses = []
    try:
        async with asyncio.timeout(10):
            for part in parts:
                await client.send(part)
                await turn_over()
            while not client.reader.at_eof() and len(responses) < 3:
                responses.append(await client.response())
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        client.close()
    return responses, client.reader.at_eof()


def run(test: Callable[[Served, Recorder], Awaitable[int]]) -> int:
    async def main() -> int:
        async with house() as (running, recorder):
            return await test(running, recorder)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


@pytest.mark.parametrize(("kind", "cases"), by_kind(hostile()))
def test_a_hostile_request_is_refused_and_the_connection_closed(kind, cases, record_property):
    async def refuse_all(running: Served, recorder: Recorder) -> int:
        count = 0
        for case in cases:
            for parts in cuts(case.raw):
                responses, closed = await say(running, parts)
                statuses = [response.status for response in responses]
                assert len(statuses) == 1, (statuses, parts)
                assert statuses[0] in case.statuses, (statuses, parts)
                assert closed, parts
                # A body that turned out broken may have begun to arrive, but never ended.
                assert not recorder.whole, (recorder.whole, parts)
                assert recorder.begun <= 1, parts
                recorder.clear()
                count += 1
        return count

    record_property(f"wire: hostile requests: {kind}", run(refuse_all))


@pytest.mark.parametrize(("kind", "cases"), by_kind(legal()))
def test_a_legal_request_passes(kind, cases, record_property):
    async def pass_all(running: Served, recorder: Recorder) -> int:
        count = 0
        for case in cases:
            for parts in cuts(case.raw):
                client = await running.client()
                for part in parts:
                    await client.send(part)
                    await turn_over()
                async with asyncio.timeout(10):
                    response = await client.response()
                client.close()
                assert response.status == 200, parts
                (seen,) = recorder.whole
                assert seen[:3] == (case.method, case.target, case.body), parts
                recorder.clear()
                count += 1
        return count

    record_property(f"wire: legal requests: {kind}", run(pass_all))


def test_the_express_lane_carries_any_method(record_property):
    async def ask(running: Served, recorder: Recorder) -> int:
        cases = list(strange_methods())
        for case in cases:
            response = await running.ask(case.raw)
            assert response.status == (200 if Lane.lanes == "both" else 501)
        carried = [case.method for case in cases] if Lane.lanes == "both" else []
        assert [seen.method for seen in recorder.whole] == carried
        return len(cases)

    record_property("wire: legal requests: any method", run(ask))


def test_pipelined_requests_are_answered_in_order_cut_at_any_byte(record_property):
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a\r\nllo\r\n0\r\nX: y\r\n\r\n"
    raw = GET + b"\r\n" + chunked + b"HEAD /h HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND
    expected = [b"/", b"/", b"/h", b"/smuggled"]

    async def pipeline(running: Served, recorder: Recorder) -> int:
        count = 0
        for parts in cuts(raw):
            client = await running.client()
            for part in parts:
                await client.send(part)
                await turn_over()
            async with asyncio.timeout(10):
                for method in ("GET", "POST", "HEAD", "GET"):
                    assert (await client.response(method=method)).status == 200
            client.close()
            assert [seen.target for seen in recorder.whole] == expected
            assert recorder.whole[1].body == b"hello"
            recorder.clear()
            count += 1
        return count

    record_property("wire: legal requests: pipelined", run(pipeline))


def test_a_hostile_request_behind_a_legal_one_waits_for_its_answer(record_property):
    bad = b"GET / HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n"

    async def refuse_second(running: Served, recorder: Recorder) -> int:
        count = 0
        for parts in cuts(GET + b"\r\n" + bad + SECOND):
            responses, closed = await say(running, parts)
            assert [response.status for response in responses] == [200, 400]
            assert closed
            assert [seen.target for seen in recorder.whole] == [b"/"]
            recorder.clear()
            count += 1
        return count

    record_property("wire: hostile requests: behind a legal one", run(refuse_second))


def test_a_request_that_stops_at_any_byte_reaches_nobody_whole(record_property):
    raw = POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    async def stop(running: Served, recorder: Recorder) -> int:
        for at in range(len(raw)):
            client = await running.client()
            await client.send(raw[:at])
            client.writer.write_eof()
            async with asyncio.timeout(10):
                assert await client.is_over(), at
            client.close()
            assert not recorder.whole, at
            recorder.clear()
        return len(raw)

    record_property("wire: legal requests: broken off", run(stop))
