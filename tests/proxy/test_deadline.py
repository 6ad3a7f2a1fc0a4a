import asyncio

from wire.upstreams import eventually

from ingress.proxy.deadline import Deadline

GRAIN = 0.0015
"""uvloop's clock counts milliseconds, in floats."""


def began():
    passed = []
    loop = asyncio.get_running_loop()
    return Deadline(loop, lambda: passed.append(loop.time())), passed, loop.time()


async def test_it_calls_once_when_its_moment_has_passed():
    deadline, passed, start = began()
    deadline.within(0.02)
    await eventually(lambda: passed)
    assert passed[0] - start >= 0.02 - GRAIN
    assert len(passed) == 1


async def test_a_later_moment_replaces_an_earlier_one_and_an_earlier_one_a_later():
    deadline, passed, start = began()
    deadline.within(0.01)
    deadline.within(0.05)
    await eventually(lambda: passed)
    assert passed[0] - start >= 0.05 - GRAIN
    deadline.within(60)
    deadline.within(0.01)
    await eventually(lambda: len(passed) == 2)


async def test_what_is_cleared_or_closed_calls_nobody():
    deadline, passed, _ = began()
    deadline.within(0.01)
    deadline.clear()
    other, _, _ = began()
    other.within(0.01)
    other.close()
    other.close()
    last, fired, _ = began()
    last.within(0.03)
    await eventually(lambda: fired)
    assert not passed
