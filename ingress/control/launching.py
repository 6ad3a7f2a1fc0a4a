"""A worker's process, started by exec with one end of a socket pair and its listening sockets.

Nothing here is slow to import: whoever starts a worker first of all imports the rest of what it
needs itself while the worker does the same.
"""

import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import ingress

_ORDERS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Launched(NamedTuple):
    """A process, and our end of the way to it."""

    popen: subprocess.Popen[bytes]
    socket: socket.socket

    def end(self) -> None:
        """End it at once and wait until it is gone; nothing is to be done where it is already."""
        self.popen.kill()
        self.socket.close()
        self.popen.wait()


def launch(inherited: Sequence[int]) -> Launched:
    """Start a worker that inherits these descriptors; raises OSError.

    Signals do not reach it: Ctrl-C goes to the whole group, but what is to end is ours to say.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            return Launched(_start(theirs.fileno(), inherited), ours)
    except BaseException:
        ours.close()
        raise


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
