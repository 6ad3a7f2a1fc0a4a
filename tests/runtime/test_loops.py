import asyncio

import uvloop

from ingress.runtime.loops import loop_factory, run


def test_it_is_uvloops_where_there_is_one() -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        assert isinstance(runner.get_loop(), uvloop.Loop)


def test_what_is_run_there_is_run_to_its_end() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        await asyncio.sleep(0)
        return asyncio.get_running_loop()

    found = run(loop())
    assert isinstance(found, uvloop.Loop)
    assert found.is_closed()
