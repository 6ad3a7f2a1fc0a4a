"""Which Ingresses' addresses have to be written: the decisions of ``status``, without network."""

from typing import NamedTuple

from ingress.compiler import Build
from ingress.control.cluster.addresses import Addresses, ordered
from ingress.model.differing import differing
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.objects import Ingress


class Entry(NamedTuple):
    """The addresses that an Ingress is to have; none where it is ``ours`` no longer."""

    key: ObjectKey
    ingress: Ingress
    addresses: Addresses
    ours: bool = True

    @property
    def is_shown(self) -> bool:
        """Whether the Ingress has these addresses, in whatever order."""
        shown = self.ingress.status.load_balancer.ingress or ()
        return shown == self.addresses or ordered(shown) == self.addresses


class Publication:
    """What was written into the status of which Ingress, and what has yet to be.

    It looks only at Ingresses that changed. One that was written is left alone until the cluster
    shows another version of it: what is on its way back is no difference.
    """

    def __init__(self) -> None:
        self._found = EMPTY
        self._ours = EMPTY
        self._addresses: Addresses = ()
        self._written: dict[ObjectKey, Entry] = {}
        self._due: dict[ObjectKey, Entry] = {}

    def due(self, build: Build, addresses: Addresses) -> list[Entry]:
        """Return what is to be written: ours that differ, and those that are ours no longer."""
        found, ours = build.inventory.ingresses, build.ours
        touched = set(differing(self._found, found)).union(differing(self._ours, ours))
        if addresses != self._addresses:
            touched.update(ours)
        self._found, self._ours, self._addresses = found, ours, addresses
        for key in touched:
            self._look_at(key)
        return list(self._due.values())

    def wrote(self, entry: Entry) -> None:
        """Remember that an entry was written, or that it cannot be."""
        self._due.pop(entry.key, None)
        if entry.ours:
            self._written[entry.key] = entry
        else:
            self._written.pop(entry.key, None)

    def _look_at(self, key: ObjectKey) -> None:
        self._due.pop(key, None)
        ingress = self._found.get(key)
        if not isinstance(ingress, Ingress):  # clusters have none of the legacy versions
            self._written.pop(key, None)
        elif key in self._ours:
            self._enter(Entry(key, ingress, self._addresses))
        elif key in self._written:
            self._enter(Entry(key, ingress, (), ours=False))

    def _enter(self, entry: Entry) -> None:
        before = self._written.get(entry.key)
        if before and before.ingress is entry.ingress:
            is_due = before.addresses != entry.addresses
        else:
            is_due = not entry.is_shown
        if is_due:
            self._due[entry.key] = entry
