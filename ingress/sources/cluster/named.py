"""Secrets that are read by name: those that an Ingress names and that no list brings.

A list brings the Secrets of type kubernetes.io/tls, and none where it is not permitted. Asking
for the others one by one, again and again, needs neither the right to read every Secret nor a
connection for each.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import quote

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import Ingress, Secret
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable
from ingress.sources.cluster.kinds import SECRETS
from ingress.sources.cluster.messages import Reader
from ingress.sources.fold import Drop, Event, Say

SECONDS: Final = 5.0
"""How long an answer may take."""

AT_ONCE: Final = 8
AT_A_TURN: Final = 100
"""How many are asked for at a time and in a turn: thousands that are missing are no flood."""

TLS: Final = "kubernetes.io/tls"


class Wanted:
    """Which Secrets have to be asked for; ``always`` are those that a flag names.

    ``unlisted`` are the namespaces (empty: all of them) of which no list is permitted.
    """

    def __init__(self, always: Iterable[ObjectKey], namespaces: Collection[str]) -> None:
        self.unlisted: set[str] = set()
        self._always = frozenset(always)
        self._namespaces = frozenset(namespaces)

    def of(self, inventory: Inventory) -> set[ObjectKey]:
        """Return all of them."""
        named = self._always.union(*map(named_by, inventory.ingresses.values()))
        return {key for key in named if self._is(key, inventory)}

    def by(self, ingress: Ingress | LegacyIngress, inventory: Inventory) -> set[ObjectKey]:
        """Return those that one Ingress names."""
        return {key for key in named_by(ingress) if self._is(key, inventory)}

    def abandoned(self, inventory: Inventory) -> set[ObjectKey]:
        """Return those that were asked for, and that nobody names any longer."""
        asked = {key for key, found in inventory.secrets.items() if not self._listed(key, found)}
        return asked - self.of(inventory)

    def kept(self, inventory: Inventory, namespace: str) -> dict[ObjectKey, Secret]:
        """Return those of a namespace that its list does not bring, and must not take away."""
        return {
            key: found
            for key, found in inventory.secrets.items()
            if found.type != TLS and namespace in {"", key.namespace}
        }

    def _is(self, key: ObjectKey, inventory: Inventory) -> bool:
        if self._namespaces and key.namespace not in self._namespaces:
            return False
        found = inventory.secrets.get(key)
        return found is None or not self._listed(key, found)

    def _listed(self, key: ObjectKey, found: Secret) -> bool:
        return found.type == TLS and not self.unlisted & {"", key.namespace}


def named_by(ingress: Ingress | LegacyIngress) -> Iterator[ObjectKey]:
    """Yield the Secrets that an Ingress names."""
    for entry in ingress.spec.tls or ():
        if entry.secret_name:
            yield ObjectKey(ingress.metadata.namespace, entry.secret_name)


async def read_named(api: Api, keys: Iterable[ObjectKey]) -> list[Event]:
    """Ask for Secrets by name; where no answer comes, nothing is said and what is known stays."""
    gate = asyncio.Semaphore(AT_ONCE)
    reader = Reader(SECRETS)

    async def read(key: ObjectKey) -> list[Event]:
        async with gate:
            return await _read_one(api, reader, key)

    several = await asyncio.gather(*(read(key) for key in sorted(keys)))
    return [event for events in several for event in events]


async def _read_one(api: Api, reader: Reader, key: ObjectKey) -> list[Event]:
    path = f"{SECRETS.path(key.namespace)}/{quote(key.name)}"
    try:
        return [reader.one(await api.get(path, seconds=SECONDS))]
    except ApiUnreachable:
        return []
    except ApiError as error:
        if error.status == 404:
            return [Drop(SECRETS.table, key)]
        return [_not_permitted(key, error)] if error.status == 403 else []


def _not_permitted(key: ObjectKey, error: ApiError) -> Say:
    subject = ObjectRef(SECRETS.name, *key)
    said = verdict(
        subject,
        Reason.NOT_PERMITTED,
        message=f"an Ingress names it, but it may not be read: {error.message}",
        mend=f"grant get on secrets in a Role of namespace {key.namespace}",
    )
    return Say(subject, (said,))
