import asyncio
import os

import pytest

from benchmarks.endurance.soak import Watcher, trend


def test_a_trend_tells_growth_from_a_slow_start():
    start = [(minute, 10.0 + minute) for minute in range(10)]
    flat = trend([*start, *((minute, 20.0) for minute in range(10, 30))], rss=30.0)
    assert (flat.first, flat.last, flat.slope) == (14.5, 20.0, pytest.approx(0.0))
    grows = trend([(minute, 2.0 * minute) for minute in range(30)], rss=30.0)
    assert grows.slope == pytest.approx(2.0)


async def test_a_process_is_watched():
    watcher = Watcher({"itself": os.getpid()})
    task = asyncio.create_task(watcher.keep_watching(0.01))
    while len(watcher._samples["itself"]) < 3:  # noqa: ASYNC110 - each look is a step
        await asyncio.sleep(0)
    task.cancel()
    assert 1 < watcher.trends()["itself"].last < 10_000
