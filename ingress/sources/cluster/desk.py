"""The desk that every reader brings its events to, and the Inventory that they make."""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterable
from typing import Any, Final

from ingress.model.inventory import EMPTY, Inventory, ObjectKey, Partial
from ingress.sources.fold import Coming, Event, fold

AHEAD: Final = frozenset({"ingresses", "secrets"})
"""Tables whose objects say much by themselves, so that it pays to read them ahead."""


class Desk:
    """Folds what is brought; nothing leaves it before each of its parts is in."""

    def __init__(self, parts: Iterable[Hashable]) -> None:
        self._inventory = Inventory()
        self._brought: list[Event] = []
        self._coming: dict[str, dict[ObjectKey, Any]] = {}
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
        for event in events:
            if not isinstance(event, Coming):
                self._brought.append(event)
            elif event.table in AHEAD and self._outstanding:
                self._coming.setdefault(event.table, {}).update(event.objects)
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

        What is brought while somebody is busy with the last one becomes one change. Before it is
        whole, what comes is yielded as it comes.
        """
        last: Inventory | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._failure:
                raise self._failure
            coming, self._coming = self._coming, {}
            if not self._outstanding and (now := self.inventory) is not last:
                last = now
                yield now
            elif self._outstanding and coming:
                yield Partial(
                    ingresses=coming.get("ingresses", EMPTY), secrets=coming.get("secrets", EMPTY)
                )
