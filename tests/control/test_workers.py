import asyncio
import os
import signal

import pytest
from control.crew import NOTHING, Crew, crew, is_alive
from wire.upstreams import eventually

from ingress.control.workers import HUNG
from ingress.model.snapshot import Snapshot


async def test_they_serve_what_is_published() -> None:
    async with crew(2) as run:
        await run.serving(0)
        await run.publisher.publish(NOTHING)
        await run.serving(2)
        assert {await run.ask() for _ in range(20)} == {503}
        await run.publisher.publish(Snapshot())
        assert {await run.ask() for _ in range(20)} == {404}
        assert set(run.workers.pids) == {"worker 1", "worker 2"}


async def test_one_that_is_killed_is_replaced_and_nobody_is_turned_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with crew(2) as run:
        await run.publisher.publish(NOTHING)
        await run.serving(2)
        before = run.workers.pids
        os.kill(before["worker 1"], signal.SIGKILL)
        assert {await run.ask() for _ in range(50)} == {503}
        await run.serving(2)
        after = run.workers.pids
        assert after["worker 1"] != before["worker 1"]
        assert after["worker 2"] == before["worker 2"]
        assert run.workers.deaths == {"worker 1": 1, "worker 2": 0}
        assert not run.workers.problem
    assert "worker 1 was ended by SIGKILL; the next one starts in 0 s" in caplog.text


async def counted(run: Crew, *ingresses: str, least: int = 0) -> int:
    """Return how many requests were counted, once there are so many at least."""
    async with asyncio.timeout(20):
        while True:
            counts = await run.workers.counts(ingresses)
            requests = sum(sum(it.classes.values()) for it in counts.series.values())
            if requests >= least:
                return requests


async def test_what_the_dead_counted_is_not_forgotten() -> None:
    async with crew(1) as run:
        await run.publisher.publish(NOTHING)
        await run.serving(1)
        for _ in range(5):
            await run.ask()
        assert await counted(run, "default/test", least=5) == 5
        os.kill(run.workers.pids["worker 1"], signal.SIGKILL)
        await run.ask()
        for _ in range(2):
            assert await counted(run, "default/test", least=6) == 6
        assert await counted(run) == 1, "but for Ingresses that are gone"


@pytest.mark.timeout(60)
async def test_one_that_hangs_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    async with crew(1) as run:
        await run.publisher.publish(NOTHING)
        await run.serving(1)
        pid = run.workers.pids["worker 1"]
        os.kill(pid, signal.SIGSTOP)
        await eventually(lambda: not is_alive(pid), seconds=HUNG + 10)
        assert await run.ask() == 503
    assert "worker 1 gave no sign of life for 10 s: replaced" in caplog.text


async def test_those_that_die_again_and_again_are_started_ever_more_slowly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with crew(1, turnstile=0, proxy={}) as run:
        await eventually(lambda: run.workers.deaths["worker 1"] == 3, seconds=60)
        assert not run.workers.problem, "not yet"
    waits = [line.rpartition(" in ")[2] for line in caplog.text.splitlines() if "next one" in line]
    assert waits == ["0 s", "0.1 s", "0.2 s"]


async def test_one_that_cannot_even_be_started_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with crew(1, turnstile=2**30) as run:  # there is no such descriptor to inherit
        await eventually(lambda: run.workers.deaths["worker 1"] == 2)
    assert "worker 1 cannot be started: [Errno 9] Bad file descriptor" in caplog.text


async def test_a_drain_ends_them_and_none_is_started_again() -> None:
    async with crew(2) as run:
        await run.publisher.publish(NOTHING)
        await run.serving(2)
        run.workers.drain()
        async with asyncio.timeout(10):
            await run.run
        assert not run.workers.pids
        assert run.workers.deaths == {"worker 1": 0, "worker 2": 0}


async def test_a_drain_that_comes_before_there_is_anything_to_serve() -> None:
    async with crew(1) as run:
        await asyncio.sleep(0)
        run.workers.drain()
        async with asyncio.timeout(20):
            await run.run


async def test_a_drain_while_the_next_start_is_waited_for() -> None:
    async with crew(1, proxy={}) as run:
        await eventually(lambda: run.workers.deaths["worker 1"] == 2, seconds=60)
        run.workers.drain()
        async with asyncio.timeout(20):
            await run.run
