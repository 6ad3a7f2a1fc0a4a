"""Random bytes for many small askers: one call of the kernel's brings them for hundreds."""

import os
from typing import Final

_CHUNK: Final = 4096


class Randomness:
    """Gives random bytes as ``os.urandom`` does, each of them once; not for secrets of long life.

    What waits here is in this process' memory only: no worker is ever forked from another.
    """

    def __init__(self) -> None:
        self._chunk = b""
        self._at = 0

    def __call__(self, count: int) -> bytes:
        """Return so many random bytes."""
        if count > _CHUNK:
            return os.urandom(count)
        end = self._at + count
        if end > len(self._chunk):
            self._chunk, end = os.urandom(_CHUNK), count
        self._at = end
        return self._chunk[end - count : end]
