import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from control.crew import is_alive

import ingress
from ingress.control.spawning import worker_process

SPAWN = """
import asyncio
from ingress.control.spawning import worker_process

async def main():
    async with worker_process([]) as process:
        process.channel.close()
        print(await process.ended(within=20))

asyncio.run(main())
"""


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


def test_what_lies_in_the_working_directory_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit(77)")
    done = subprocess.run(
        [sys.executable, "-P", "-c", SPAWN],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(ingress.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "ended with 0\n", done.stderr
