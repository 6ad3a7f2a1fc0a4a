"""Memory that the start needed, and nothing needs any more."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Return it to the system, where the C library is one that keeps it (glibc's does)."""
    with suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)
