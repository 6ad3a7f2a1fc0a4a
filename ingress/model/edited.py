"""Maps that know what they were made from, so that nobody has to look for what changed in them."""

from collections.abc import Iterable, Mapping
from typing import Final, Generic, TypeAlias, TypeVar
from weakref import ref

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED: Final = 8
"""Ancestors that a map knows; who compares has kept the last one, or the one before."""

_Keys: TypeAlias = dict[K, None]
"""An ordered set."""


class Edited(dict[K, V], Generic[K, V]):
    """A copy of a map but for a few keys; it is never mutated.

    It remembers which keys, for each of its ancestors that somebody still holds.
    """

    __slots__ = ("__weakref__", "_line")

    def __init__(self, before: Mapping[K, V], edits: Mapping[K, V | None]) -> None:
        """Copy ``before`` with the edits; ``None`` drops a key."""
        super().__init__(before)
        self.update(edits)  # type: ignore[arg-type]  # what is None goes in the next line
        for key in [key for key, value in edits.items() if value is None]:
            del self[key]
        self._line: list[tuple[ref[Edited[K, V]], _Keys[K]]] = []
        if isinstance(before, Edited):
            self._line.append((ref(before), dict.fromkeys(edits)))
            line = before._line  # noqa: SLF001 - its own class
            alive = [(old, keys) for old, keys in line if old() is not None]
            self._line += [(old, keys | self._line[0][1]) for old, keys in alive[:REMEMBERED]]

    def edited_since(self, old: Mapping[K, V]) -> Iterable[K] | None:
        """Return the keys outside of which both are the same; ``None`` where it does not know."""
        for ancestor, keys in self._line:
            if ancestor() is old:
                return keys
        return None
