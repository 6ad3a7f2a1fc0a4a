import asyncio

import uvloop

from ingress.runtime.loops import loop_factory


def test_it_is_uvloops_where_there_is_one() -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        assert isinstance(runner.get_loop(), uvloop.Loop)
