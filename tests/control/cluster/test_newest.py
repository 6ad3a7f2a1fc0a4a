import asyncio

from control.clock import timed

from ingress.control.cluster.newest import Newest


async def test_the_first_is_waited_for_and_only_the_last_is_seen():
    newest: Newest[int] = Newest()
    waiting = asyncio.create_task(newest.get())
    await asyncio.sleep(0)
    newest.put(1)
    newest.put(2)
    assert await waiting == 2
    assert newest.newest == 2


async def test_a_change_ends_the_wait():
    newest: Newest[int] = Newest()
    newest.put(1)
    waiting = asyncio.create_task(newest.changed(since=1, within=60.0))
    await asyncio.sleep(0)
    assert not waiting.done()
    newest.put(2)
    await waiting
    await newest.changed(since=1, within=60.0)


def test_the_wait_ends_without_a_change_too():
    async def main() -> float:
        newest: Newest[int] = Newest()
        newest.put(1)
        await newest.changed(since=1, within=7.0)
        return asyncio.get_running_loop().time()

    assert timed(main()) == 7.0
