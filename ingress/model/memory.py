"""Memory: what a function said of keys that come again and again."""

from collections.abc import Callable
from typing import Final, TypeVar

K = TypeVar("K", bound=str | bytes)
V = TypeVar("V")

MEMORABLE: Final = 128
"""The longest key that is remembered: with longer ones strangers would fill our memory."""


class Memory(dict[K, V]):
    """``memory[key]`` is what a pure function returns, which is asked once for keys that recur.

    A dictionary, so that what is known costs one lookup. Strangers may choose the keys: of those
    of some length none is kept, and when there are ``most``, all are forgotten and learnt anew.
    """

    def __init__(self, read: Callable[[K], V], *, most: int) -> None:
        super().__init__()
        self._read: Final = read
        self._most = most

    def __missing__(self, key: K) -> V:
        """Ask the function; whatever it raises is raised."""
        found = self._read(key)
        if len(key) <= MEMORABLE:
            if len(self) >= self._most:
                self.clear()
            self[key] = found
        return found
