"""The files' readings -> one Inventory that shares with the one before whatever stayed."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from ingress.model.finding import Location
from ingress.model.inventory import TABLES, Inventory, share
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict
from ingress.sources.manifests.reading import Entry, FileReading, Place

_Objects: TypeAlias = dict[ObjectRef, Entry]
_Tables: TypeAlias = dict[str, dict[Any, Any]]


class Merged(NamedTuple):
    """An Inventory, where its objects and remarks are written, and the files it is made of."""

    inventory: Inventory = Inventory()
    objects: Mapping[ObjectRef, Entry] = {}
    remarks: Mapping[Verdict, Place] = {}
    files: Mapping[str, FileReading] = {}

    def place_of(self, about: Verdict) -> Place | None:
        """Return where the object of a verdict is written, if a file holds it."""
        if about in self.remarks:
            return self.remarks[about]
        entry = self.objects.get(about.subject)
        return entry.place if entry else None


def merge(
    previous: Merged, files: Mapping[str, FileReading], verdicts: Iterable[Verdict]
) -> Merged:
    """Put the objects of all files together; of those written twice the last one wins.

    An object equal to that of ``previous`` is that object, a kind in which nothing changed has
    the same mapping, and where nothing changed at all the Inventory is the one before.
    """
    objects, tables = _edited(previous, files)
    twice: list[list[Entry]] = []
    if len(objects) != sum(len(file.entries) for file in files.values()):
        objects, tables, twice = _gathered(files)
    said = [pair for file in files.values() for pair in file.verdicts]
    found = [*verdicts, *(remark for remark, _ in said), *map(_duplicate, twice)]
    inventory = Inventory(**tables, verdicts=tuple(dict.fromkeys(found)))
    remarks = {remark: place for remark, place in said if place}
    return Merged(share(previous.inventory, inventory), objects, remarks, files)


def _edited(previous: Merged, files: Mapping[str, FileReading]) -> tuple[_Objects, _Tables]:
    """Follow the files that changed; right only if no object is written twice."""
    before = previous.files
    gone = [file for path, file in before.items() if files.get(path) is not file]
    came = [file for path, file in files.items() if before.get(path) is not file]
    objects = dict(previous.objects)
    tables: _Tables = {table: getattr(previous.inventory, table) for table in TABLES}
    for table in {entry.table for file in (*gone, *came) for entry in file.entries}:
        tables[table] = dict(tables[table])
    for file in gone:
        for entry in file.entries:
            objects.pop(entry.ref, None)
            tables[entry.table].pop(entry.key, None)
    for file in came:
        for entry in file.entries:
            objects[entry.ref] = entry
            tables[entry.table][entry.key] = entry.value
    return objects, tables


def _gathered(files: Mapping[str, FileReading]) -> tuple[_Objects, _Tables, list[list[Entry]]]:
    """Go through all files; return too what is written twice, and not alike."""
    written: dict[ObjectRef, list[Entry]] = {}
    tables: _Tables = {table: {} for table in TABLES}
    for file in files.values():
        for entry in file.entries:
            written.setdefault(entry.ref, []).append(entry)
            tables[entry.table][entry.key] = entry.value
    objects = {ref: entries[-1] for ref, entries in written.items()}
    return objects, tables, [e for e in written.values() if any(x.value != e[0].value for x in e)]


def _duplicate(entries: list[Entry]) -> Verdict:
    ref = entries[-1].ref
    *others, last = [_written(entry.place.location()) for entry in entries]
    return verdict(
        ref,
        Reason.DUPLICATE_OBJECT,
        message=f"{ref} is written at {', '.join(others)} and at {last}, which wins",
        mend="keep one of them, or give them different names",
    )


def _written(location: Location) -> str:
    return f"{location.file}:{location.line}"
