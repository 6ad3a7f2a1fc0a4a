"""A worker's process: started by exec, with one end of a socket pair and its listening sockets."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import ingress
from ingress.control.channel import Channel

LINGER: Final = 2.0
"""Seconds that a worker may take to be gone once it has closed its channel."""

_ORDERS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
async def worker_process(inherited: Sequence[int]) -> AsyncIterator[WorkerProcess]:
    """Run a worker while the block runs; it inherits these descriptors, and is killed at the end.

    Raises OSError where it cannot be started. Signals do not reach it: Ctrl-C goes to the whole
    group, but what is to end is ours to say.
    """
    ours, theirs = socket.socketpair()
    with theirs, ExitStack() as undo:
        undo.enter_context(ours)
        popen = _start(theirs.fileno(), inherited)
        undo.pop_all()
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    process = WorkerProcess(popen, Channel(reader, writer))
    try:
        yield process
    finally:
        process.kill()
        process.channel.close()
        await process.ended()


def _start(descriptor: int, inherited: Sequence[int]) -> subprocess.Popen[bytes]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ORDERS)  # inherited, and never lifted
    try:
        return subprocess.Popen(  # noqa: S603 - ourselves
            [*_python(), "-m", "ingress.worker", str(descriptor)],
            stdin=subprocess.DEVNULL,
            pass_fds=[descriptor, *inherited],
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _python() -> list[str]:
    """Return the interpreter; it looks for us in the working directory only if we came from it.

    A user's ``types.py`` beside the manifests must not become ours.
    """
    from_here = Path(ingress.__file__).parents[1] == Path.cwd()
    warnings = [f"-W{option}" for option in sys.warnoptions]
    return [sys.executable, *warnings] if from_here else [sys.executable, *warnings, "-P"]
