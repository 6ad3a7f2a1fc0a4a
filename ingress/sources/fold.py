"""Pure: (Inventory, events) -> Inventory, for sources that are told what changed.

Mappings are never mutated: each table that events touch is edited once for all of them. What
did not change stays the same object, and where nothing did, so does the Inventory.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct, structs

from ingress.model.edited import Edited
from ingress.model.inventory import KINDS, TABLES, Inventory, ObjectKey
from ingress.model.verdict import ObjectRef, Verdict

EVERY_NAMESPACE: Final = ""


class Put(Struct, frozen=True, gc=False):
    """An object came or changed; what was said about it before holds no longer."""

    table: str
    key: ObjectKey
    value: Any


class Drop(NamedTuple):
    """An object went."""

    table: str
    key: ObjectKey


class Swap(NamedTuple):
    """All that there is in a table, or in one namespace of it, in place of what there was."""

    table: str
    objects: Mapping[ObjectKey, Any]
    namespace: str = EVERY_NAMESPACE


class Coming(NamedTuple):
    """Objects of a list that is not whole yet: a Swap with all of them follows, or nothing does."""

    table: str
    objects: Mapping[ObjectKey, Any]


class Say(NamedTuple):
    """All there is to say about an object, in place of what was said; nothing of it changes."""

    subject: ObjectRef
    verdicts: tuple[Verdict, ...]


Event: TypeAlias = Put | Drop | Swap | Say | Coming


def fold(inventory: Inventory, events: Iterable[Event]) -> Inventory:
    """Return the Inventory after the events, in their order."""
    folding = _Folding(inventory)
    for event in events:
        match event:
            case Put(table, key, value):
                folding.put(table, key, value)
            case Drop(table, key):
                folding.drop(table, key)
            case Swap(table, objects, namespace):
                folding.swap(table, objects, namespace)
            case Say(subject, verdicts):
                folding.say(subject, verdicts)
    return folding.inventory()


class _Folding:
    """An Inventory that is being changed: what is to be edited in its tables, so far."""

    def __init__(self, before: Inventory) -> None:
        self._before = before
        self._edits: dict[str, dict[ObjectKey, Any]] = {}
        self._said: dict[ObjectRef, tuple[Verdict, ...]] = {}
        for verdict in before.verdicts:
            self._said[verdict.subject] = (*self._said.get(verdict.subject, ()), verdict)

    def put(self, table: str, key: ObjectKey, value: Any) -> None:
        old = self._now(table, key)
        if old is None or not _alike(old, value):
            self._edits.setdefault(table, {})[key] = value
        self._hush(table, key)

    def drop(self, table: str, key: ObjectKey) -> None:
        if self._now(table, key) is not None:
            self._edits.setdefault(table, {})[key] = None
        self._hush(table, key)

    def swap(self, table: str, objects: Mapping[ObjectKey, Any], namespace: str) -> None:
        if objects and not (getattr(self._before, table) or table in self._edits or self._said):
            self._edits[table] = dict(objects)  # as at a start: there is nothing to compare with
            return
        known = getattr(self._before, table).keys() | self._edits.get(table, {}).keys()
        for key in known - objects.keys():
            if namespace in {EVERY_NAMESPACE, key.namespace}:
                self.drop(table, key)
        for key, value in objects.items():
            self.put(table, key, value)

    def say(self, subject: ObjectRef, verdicts: tuple[Verdict, ...]) -> None:
        self._said.pop(subject, None)
        if verdicts:
            self._said[subject] = verdicts

    def inventory(self) -> Inventory:
        verdicts = tuple(one for said in self._said.values() for one in said)
        if verdicts == self._before.verdicts:
            verdicts = self._before.verdicts
        if not self._edits and verdicts is self._before.verdicts:
            return self._before
        tables = {name: self._edited(name) for name in TABLES}
        return Inventory(**tables, verdicts=verdicts)

    def _now(self, table: str, key: ObjectKey) -> Any:
        edits = self._edits.get(table)
        if edits is not None and key in edits:
            return edits[key]
        return getattr(self._before, table).get(key)

    def _edited(self, table: str) -> Mapping[Any, Any]:
        found: Mapping[Any, Any] = getattr(self._before, table)
        return Edited(found, self._edits[table]) if table in self._edits else found

    def _hush(self, table: str, key: ObjectKey) -> None:
        if self._said:
            self._said.pop(ObjectRef(KINDS[table], *key), None)


def _alike(old: Any, new: Any) -> bool:
    """Tell whether two versions of an object differ in nothing that is read but their number.

    Much of what changes (a status, somebody's managed fields) is none of ours.
    """
    metadata = structs.replace(new.metadata, resource_version=old.metadata.resource_version)
    return bool(structs.replace(new, metadata=metadata) == old)
