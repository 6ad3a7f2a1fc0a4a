"""The access log's way out: several workers write to one stdout, and no line breaks another.

Only one process at a time is let through the turnstile, a lock on a file that all inherited; the
kernel opens it when a process ends, however it ends. Behind it, lines go into a pipe in pieces that
it takes whole or not at all (PIPE_BUF), so that a worker killed while writing leaves no half line;
a file takes all at once.
"""

import fcntl
import os
import select
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PIECE: Final = select.PIPE_BUF


def make_turnstile() -> int:
    """Return the descriptor of a turnstile, for the workers to inherit."""
    if hasattr(os, "memfd_create"):  # a container's file system may be read-only
        return os.memfd_create("turnstile", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class SharedOutput:
    """Takes whole lines, and writes them to a descriptor that other processes write to."""

    def __init__(self, descriptor: int, *, turnstile: int) -> None:
        self._descriptor = descriptor
        self._turnstile = turnstile
        self._is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)

    def write(self, lines: bytes) -> None:
        """Write lines, each with its end; raises OSError where nobody reads any more."""
        with self._alone():
            for piece in (lines,) if self._is_file else pieces_of(lines):
                _write_all(self._descriptor, piece)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        fcntl.lockf(self._turnstile, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._turnstile, fcntl.LOCK_UN)


def pieces_of(lines: bytes) -> Iterator[bytes]:
    """Yield as many whole lines at a time as fit into a piece; a longer line is one."""
    begin = 0
    while begin < len(lines):
        end = lines.rfind(b"\n", begin, begin + PIECE)
        if end < 0:
            end = lines.find(b"\n", begin)
        yield lines[begin : end + 1]
        begin = end + 1


def _write_all(descriptor: int, piece: bytes) -> None:
    while piece:
        piece = piece[os.write(descriptor, piece) :]
