"""What changed between two Inventories, and maps that follow the change without being mutated."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

from ingress.model.edited import Edited
from ingress.model.inventory import EMPTY, ObjectKey

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
    real = {key: value for key, value in edits.items() if before.get(key) != value}
    return Edited(before, real) if real else before


def reindexed(
    index: Index[K, V], entries: Iterable[Entry[K, V]]
) -> tuple[Mapping[K, Mapping[ObjectKey, V]], set[K]]:
    """Return the index after the entries, and the groups about which anything new is said."""
    touched: dict[K, dict[ObjectKey, V]] = {}
    for member, was, now in entries:
        for group in was.keys() | now.keys():
            said = now.get(group)
            if said == was.get(group):
                continue
            if group not in touched:
                touched[group] = dict(index.get(group, EMPTY))
            if said is None:
                del touched[group][member]
            else:
                touched[group][member] = said
    after = edited(index, {group: members or None for group, members in touched.items()})
    return after, set(touched)
