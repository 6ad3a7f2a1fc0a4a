import asyncio

import pytest

from ingress.proxy.upstream.waiting import Waiter


def waiter():
    return Waiter(asyncio.get_running_loop())


async def test_waking_ends_a_wait():
    one = waiter()
    asyncio.get_running_loop().call_soon(one.wake)
    assert await one.wait(5) is True


async def test_time_ends_a_wait():
    assert await waiter().wait(0.01) is False


async def test_a_limit_may_be_set_while_waiting():
    one = waiter()
    asyncio.get_running_loop().call_later(0.01, one.limit, 0.01)
    assert await one.wait(None) is False


async def test_what_comes_second_changes_nothing():
    one = waiter()
    loop = asyncio.get_running_loop()
    loop.call_soon(one.wake)
    loop.call_soon(one.wake)
    loop.call_soon(one._expire)
    assert await one.wait(5) is True
    one.wake()
    one._expire()
    one.limit(1)


async def test_a_cancelled_wait_leaves_nothing_behind():
    one = waiter()
    task = asyncio.create_task(one.wait(5))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await one.wait(0) is False
