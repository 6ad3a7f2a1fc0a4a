"""A source that reads the test's cluster, and what a test waits for it to see."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.sources.cluster.patience import Tempo
from ingress.sources.cluster.source import Cluster

WITHIN = 60.0


class Seen:
    """Inventories as they come; ``all`` are those so far, but for what is only read ahead."""

    def __init__(self, cluster: Cluster, inventories: AsyncIterator[Inventory]) -> None:
        self.cluster = cluster
        self.all: list[Inventory] = []
        self._inventories = inventories

    async def until(self, condition: Callable[[Inventory], Any]) -> Inventory:
        """Return the first Inventory, the newest so far included, of which it is true."""
        async with asyncio.timeout(WITHIN):
            while not self.all or not condition(self.all[-1]):
                inventory = await anext(self._inventories)
                if not isinstance(inventory, Partial):
                    self.all.append(inventory)
        return self.all[-1]


@asynccontextmanager
async def following(kubeconfig: Any, *namespaces: str, **tempo: float) -> AsyncIterator[Seen]:
    """Follow a cluster, or some namespaces of it, while the block runs."""
    cluster = Cluster(kubeconfig=str(kubeconfig), namespaces=namespaces, tempo=Tempo(**tempo))
    async with aclosing(cluster.inventories()) as inventories:
        yield Seen(cluster, inventories)


def keys(table: Any, namespace: str) -> list[str]:
    """Return the names of a namespace's objects, sorted."""
    return sorted(key.name for key in table if key.namespace == namespace)


def has(namespace: str, **expected: list[str]) -> Callable[[Inventory], bool]:
    """Return the condition that a namespace has just these objects, by table."""

    def condition(inventory: Inventory) -> bool:
        return all(
            keys(getattr(inventory, table), namespace) == names for table, names in expected.items()
        )

    return condition


def key(namespace: str, name: str) -> ObjectKey:
    """Return an object's key."""
    return ObjectKey(namespace, name)
