"""Memory: what a function said of keys that come again and again."""

from collections.abc import Callable
from typing import Any, Final

MEMORABLE: Final = 128
"""The longest key that is remembered: with longer ones strangers would fill our memory."""


class Memory:
    """``memory.of(key)`` is what a pure function returns, which is asked once for keys that recur.

    Strangers may choose the keys, strings or bytes: of those of some length none is kept, nor of
    those that the function has nothing to say of (``None``); and when there are ``most``, all are
    forgotten and learnt anew. No subclass of dict: those are asked by way of a method's name.
    """

    __slots__ = ("_known", "_most", "_read")

    def __init__(self, read: Callable[[Any], Any], *, most: int) -> None:
        self._known: dict[Any, Any] = {}
        self._read: Final = read
        self._most: Final = most

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: Any) -> bool:
        return key in self._known

    def of(self, key: Any) -> Any:
        """Return what the function says, and raise whatever it raises."""
        found = self._known.get(key)
        return self._learn(key) if found is None else found

    def _learn(self, key: Any) -> Any:
        found = self._read(key)
        if found is not None and len(key) <= MEMORABLE:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = found
        return found
