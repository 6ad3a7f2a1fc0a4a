"""The desk that every reader brings its events to, and the Inventory that they make."""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterable

from ingress.model.inventory import Inventory
from ingress.sources.fold import Event, fold


class Desk:
    """Folds what is brought; nothing leaves it before each of its parts is in."""

    def __init__(self, parts: Iterable[Hashable]) -> None:
        self._inventory = Inventory()
        self._brought: list[Event] = []
        self._outstanding = set(parts)
        self._failure: BaseException | None = None
        self._wake = asyncio.Event()

    @property
    def outstanding(self) -> frozenset[Hashable]:
        """The parts that are not in yet."""
        return frozenset(self._outstanding)

    @property
    def inventory(self) -> Inventory:
        """What all that was brought so far makes, be it whole or not."""
        brought, self._brought = self._brought, []
        self._inventory = fold(self._inventory, brought)
        return self._inventory

    def bring(self, events: Iterable[Event]) -> None:
        """Take events, and fold them when somebody asks."""
        self._brought += events
        self._wake.set()

    def is_in(self, part: Hashable) -> None:
        """Take note that all there was of a part at first has been brought."""
        self._outstanding.discard(part)
        self._wake.set()

    def give_up(self, failure: BaseException) -> None:
        """Raise it to whoever waits for Inventories."""
        self._failure = failure
        self._wake.set()

    async def inventories(self) -> AsyncGenerator[Inventory, None]:
        """Yield the Inventory once it is whole, and whenever it is another one.

        What is brought while somebody is busy with the last one becomes one change.
        """
        last: Inventory | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._failure:
                raise self._failure
            if not self._outstanding and (now := self.inventory) is not last:
                last = now
                yield now
