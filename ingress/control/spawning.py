"""A worker's process while it lives, and the channel to it."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from ingress.control.channel import Channel
from ingress.control.launching import Launched, launch

LINGER: Final = 2.0
"""Seconds that a worker may take to be gone once it has closed its channel."""


class WorkerProcess:
    """A process that was started, and the channel to it."""

    def __init__(self, popen: subprocess.Popen[bytes], channel: Channel) -> None:
        self._popen = popen
        self.pid = popen.pid
        self.channel = channel

    def kill(self) -> None:
        """End it at once; ``ended`` tells when it is gone."""
        self._popen.kill()

    async def ended(self, *, within: float = LINGER) -> str:
        """Wait until it is gone, and say how it went; one that lingers is killed."""
        try:
            code = await asyncio.to_thread(self._popen.wait, within)
        except subprocess.TimeoutExpired:
            self.kill()
            code = await asyncio.to_thread(self._popen.wait)
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


@asynccontextmanager
async def worker_process(
    inherited: Sequence[int], *, launched: Launched | None = None
) -> AsyncIterator[WorkerProcess]:
    """Run a worker while the block runs; it inherits these descriptors, and is killed at the end.

    One that was launched before is taken as it is. Raises OSError where none can be started.
    """
    launched = launched or launch(inherited)
    reader, writer = await asyncio.open_unix_connection(sock=launched.socket)
    process = WorkerProcess(launched.popen, Channel(reader, writer))
    try:
        yield process
    finally:
        process.kill()
        process.channel.close()
        await process.ended()
