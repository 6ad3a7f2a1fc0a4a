"""What changed between two Inventories, and maps that follow the change without being mutated."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

from ingress.model.edited import Edited
from ingress.model.inventory import ObjectKey

K = TypeVar("K")
V = TypeVar("V")

Index: TypeAlias = Mapping[K, Mapping[ObjectKey, V]]
"""For each group, the objects that say something about it, and what they say."""

Entry: TypeAlias = tuple[ObjectKey, Mapping[K, V], Mapping[K, V]]
"""An object, what it said about each group before, and what it says now."""


def edited(before: Mapping[K, V], edits: Mapping[K, V | None]) -> Mapping[K, V]:
    """Return ``before`` with the edits (``None`` drops a key), or itself where nothing differs.

    A value that is equal to the one before keeps the one before, so that others see no change.
    """
    if before:
        real = {key: value for key, value in edits.items() if before.get(key) != value}
    else:
        real = {key: value for key, value in edits.items() if value is not None}
    return Edited(before, real) if real else before


def reindexed(
    index: Index[K, V], entries: Iterable[Entry[K, V]]
) -> tuple[Mapping[K, Mapping[ObjectKey, V]], set[K]]:
    """Return the index after the entries, and the groups about which anything new is said."""
    touched = _Members(index)
    for member, was, now in entries:
        for group, said in now.items():
            if group not in was or said != was[group]:
                touched[group][member] = said
        for group in was or ():  # of nothing, as at a start, a tuple is the quickest to walk
            if group not in now:
                del touched[group][member]
    after = edited(index, {group: members or None for group, members in touched.items()})
    return after, set(touched)


class _Members(dict[K, dict[ObjectKey, V]]):
    """The groups that are touched: a copy of the members of each is made when it first is."""

    def __init__(self, index: Index[K, V]) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, group: K) -> dict[ObjectKey, V]:
        members = self[group] = dict(self._index[group]) if group in self._index else {}
        return members
