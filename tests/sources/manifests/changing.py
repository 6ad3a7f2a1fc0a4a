"""Inventories as they come, with a deadline for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ingress.model.inventory import Inventory
from ingress.sources.manifests import Manifests

DEADLINE = 10.0

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
spec:
  rules:
    - host: {host}
"""


def ingress(name: str, host: str) -> str:
    return INGRESS.format(name=name, host=host)


def hosts(inventory: Inventory) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, one in inventory.ingresses.items():
        for rule in one.spec.rules or ():
            found[key.name] = rule.host or ""
    return found


class Changing:
    """The latest Inventory of a source that is being watched."""

    def __init__(self, source: Manifests) -> None:
        self.count = 0
        self.latest = Inventory()
        self._news = asyncio.Condition()
        self._source = source

    async def follow(self) -> None:
        async for inventory in self._source.inventories():
            async with self._news:
                self.latest = inventory
                self.count += 1
                self._news.notify_all()

    async def until(self, predicate: Callable[[Inventory], Any]) -> Inventory:
        async with asyncio.timeout(DEADLINE), self._news:
            await self._news.wait_for(lambda: self.count and predicate(self.latest))
            return self.latest


@asynccontextmanager
async def changing(source: Manifests) -> AsyncIterator[Changing]:
    latest = Changing(source)
    task = asyncio.create_task(latest.follow())
    try:
        yield latest
        assert not task.done(), task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
