import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from itertools import pairwise

import pytest
from control.clock import timed

from ingress.control.settled import LONGEST_SLEEP, repeated, settled


class Source:
    """Yields numbers at given times; says when it was closed; may fail at the end."""

    def __init__(self, *times: float, failure: Exception | None = None) -> None:
        self.times = times
        self.failure = failure
        self.closed = False

    async def items(self) -> AsyncGenerator[int, None]:
        loop = asyncio.get_running_loop()
        try:
            for number, at in enumerate(self.times):
                await asyncio.sleep(max(0.0, at - loop.time()))
                yield number
            if self.failure:
                raise self.failure
        finally:
            self.closed = True


async def heard(items: AsyncIterator[int]) -> list[tuple[int, float]]:
    clock = asyncio.get_running_loop().time
    return [(item, round(clock(), 3)) async for item in items]


def settle(*times: float) -> list[tuple[int, float]]:
    return timed(heard(settled(Source(*times).items(), holdoff=0.1, max_holdoff=1.0)))


def test_the_first_passes_at_once() -> None:
    assert settle(3.0)[0] == (0, 3.0)


def test_two_in_quick_succession_make_one() -> None:
    assert settle(0, 5.0, 5.05, 9.0) == [(0, 0.0), (2, 5.15), (3, 9.1)]


def test_what_comes_right_after_the_first_waits_for_quiet() -> None:
    assert settle(0, 0.01, 0.02) == [(0, 0.0), (2, 0.12)]


def test_a_steady_stream_never_starves() -> None:
    stream = [0.0, *(5 + n * 0.05 for n in range(60))]
    found = settle(*stream)
    waits = [b - a for (_, a), (_, b) in pairwise(found[1:])]
    assert len(found) >= 4
    assert all(wait <= 1.1 for wait in waits)
    assert found[-1][0] == 60, "the last one is not lost"


def test_a_source_that_always_has_more_does_not_starve_either() -> None:
    async def torrent() -> AsyncGenerator[int, None]:
        for number in range(100_000):
            yield number
            await asyncio.sleep(0.0001)

    async def first_two() -> list[int]:
        async with aclosing(settled(torrent(), holdoff=0.1, max_holdoff=1.0)) as items:
            return [await anext(items), await anext(items)]

    first, second = timed(first_two())
    assert first == 0
    assert 5_000 < second < 15_000


def test_a_slow_consumer_gets_the_newest_of_what_came_meanwhile() -> None:
    async def consume() -> list[int]:
        found = []
        async for item in settled(Source(0, 1, 1.01, 1.02, 9).items(), holdoff=0.1, max_holdoff=1):
            found.append(item)
            await asyncio.sleep(3)
        return found

    assert timed(consume()) == [0, 3, 4]


def test_an_empty_source_ends() -> None:
    assert settle() == []


def test_the_sources_exception_passes() -> None:
    source = Source(0, failure=RuntimeError("the watch broke"))
    with pytest.raises(RuntimeError, match="the watch broke"):
        timed(heard(settled(source.items(), holdoff=0.1, max_holdoff=1.0)))
    assert source.closed


def test_closing_closes_the_source() -> None:
    source = Source(0, 100)

    async def leave() -> float:
        async with aclosing(settled(source.items(), holdoff=0.1, max_holdoff=1.0)) as items:
            await anext(items)
        return asyncio.get_running_loop().time()

    assert timed(leave()) == 0
    assert source.closed


def test_cancelling_closes_the_source() -> None:
    source = Source(0, 100)

    async def cancel() -> int:
        task = asyncio.create_task(heard(settled(source.items(), holdoff=0.1, max_holdoff=1.0)))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert timed(cancel()) == 1
    assert source.closed


def test_nothing_is_repeated_that_is_never_due() -> None:
    assert timed(heard(repeated(Source(0, 5).items(), due=lambda: None))) == [(0, 0.0), (1, 5.0)]


def test_the_newest_is_repeated_when_due_also_after_the_source_ended() -> None:
    def due() -> float | None:
        times = [at for at in (2.0, 7.0) if at > now()]
        return times[0] - now() if times else None

    def now() -> float:
        return asyncio.get_running_loop().time()

    found = timed(heard(repeated(Source(0, 5).items(), due=due)))
    assert found == [(0, 0.0), (0, 2.0), (1, 5.0), (1, 7.0)]


def test_a_far_date_is_looked_at_again() -> None:
    asked: list[float] = []

    def due() -> float | None:
        asked.append(asyncio.get_running_loop().time())
        left = 1.5 * LONGEST_SLEEP - asked[-1]
        return left if left > 0 else None

    found = timed(heard(repeated(Source(0).items(), due=due)))
    assert found == [(0, 0.0), (0, 1.5 * LONGEST_SLEEP)]
    assert asked == [0.0, LONGEST_SLEEP, 1.5 * LONGEST_SLEEP]


def test_what_is_repeated_can_fail_while_it_waits() -> None:
    source = Source(0, failure=RuntimeError("gone"))
    with pytest.raises(RuntimeError, match="gone"):
        timed(heard(repeated(source.items(), due=lambda: 10.0)))
    assert source.closed
