"""Which Ingresses' addresses have to be written: the decisions of ``status``, without network."""

from typing import NamedTuple

from ingress.compiler import Build
from ingress.control.cluster.addresses import Addresses, ordered
from ingress.model.inventory import ObjectKey
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
    """What was written into the status of which Ingress.

    An Ingress that was written is left alone until the cluster shows another version of it: what
    is on its way back is no difference.
    """

    def __init__(self) -> None:
        self._written: dict[ObjectKey, Entry] = {}

    def due(self, build: Build, addresses: Addresses) -> list[Entry]:
        """Return what is to be written: ours that differ, and those that are ours no longer."""
        found = build.inventory.ingresses
        entries = {
            key: Entry(key, ingress, addresses)
            for key in build.ours
            if isinstance(ingress := found[key], Ingress)
        }
        for key in self._written.keys() - entries.keys():
            lost = found.get(key)
            if isinstance(lost, Ingress):
                entries[key] = Entry(key, lost, (), ours=False)
            else:
                del self._written[key]
        return [entry for entry in entries.values() if self._is_due(entry)]

    def wrote(self, entry: Entry) -> None:
        """Remember that an entry was written, or that it cannot be."""
        if entry.ours:
            self._written[entry.key] = entry
        else:
            self._written.pop(entry.key, None)

    def _is_due(self, entry: Entry) -> bool:
        before = self._written.get(entry.key)
        if before and before.ingress is entry.ingress:
            return before.addresses != entry.addresses
        return not entry.is_shown
