import asyncio
import os
import signal

import pytest
from control.crew import is_alive

from ingress.control.launching import launch
from ingress.control.spawning import worker_process


async def test_it_ends_with_its_channel() -> None:
    async with worker_process([]) as process:
        process.channel.close()
        assert await process.ended(within=20) == "ended with 0"
    assert not is_alive(process.pid)


async def test_it_is_killed_at_the_end_of_the_block() -> None:
    async with worker_process([]) as process:
        assert is_alive(process.pid)
    assert not is_alive(process.pid)
    assert await process.ended() == "was ended by SIGKILL"


async def test_one_that_lingers_is_killed() -> None:
    async with worker_process([]) as process:
        os.kill(process.pid, signal.SIGSTOP)
        assert await process.ended(within=0.1) == "was ended by SIGKILL"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_for_the_whole_group_does_not_reach_it(number: int) -> None:
    async with worker_process([]) as process:
        os.kill(process.pid, number)
        await asyncio.sleep(0)
        process.channel.close()
        assert await process.ended(within=20) == "ended with 0"


async def test_our_own_signals_are_not_blocked_afterwards() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    async with worker_process([]):
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


async def test_one_that_was_launched_before_is_taken_as_it_is() -> None:
    launched = launch([])
    async with worker_process([], launched=launched) as process:
        assert process.pid == launched.popen.pid
        process.channel.close()
        assert await process.ended(within=20) == "ended with 0"
