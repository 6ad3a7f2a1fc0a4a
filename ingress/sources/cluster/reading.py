"""One reading of a cluster, from the first lists to its end: followers, and who asks by name."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from typing import Any, Final, Self

from ingress.model.inventory import Inventory, ObjectKey
from ingress.sources.cluster.api import Api
from ingress.sources.cluster.desk import Desk
from ingress.sources.cluster.following import Follower
from ingress.sources.cluster.kinds import INGRESS_CLASSES, INGRESSES, SECRETS
from ingress.sources.cluster.listing import Scope, scopes
from ingress.sources.cluster.named import AT_A_TURN, Wanted, read_named
from ingress.sources.cluster.patience import Tempo
from ingress.sources.fold import Drop, Event, Put, Say, Swap

_NAMED: Final = "Secrets by name"


class Reading:
    """Reads as long as its block runs; without namespaces, all of them."""

    def __init__(
        self,
        api: Api,
        *,
        namespaces: Sequence[str],
        secrets: Iterable[ObjectKey],
        tempo: Tempo,
    ) -> None:
        self._api = api
        self._tempo = tempo
        self._scopes = tuple(scopes(namespaces))
        # Whoever may read some namespaces only has no right to what is in none.
        self._may_be_refused = (SECRETS, INGRESS_CLASSES) if namespaces else (SECRETS,)
        self._wanted = Wanted(secrets, namespaces)
        self._soon: set[ObjectKey] = set()
        self._ask = asyncio.Event()
        self._desk = Desk([*self._scopes, _NAMED])
        self._tasks: dict[Any, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        self.begin_again()
        self._start(_NAMED, self._ask_by_name())
        return self

    async def __aexit__(self, *_error: object) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def begin_again(self) -> None:
        """List everything, again where it was listed before."""
        for scope in self._scopes:
            self._start(scope, self._follow(scope))

    def inventories(self) -> AsyncGenerator[Inventory, None]:
        """Yield the Inventory once every list is in, and again after every change."""
        return self._desk.inventories()

    def _start(self, what: Scope | str, work: Coroutine[Any, Any, None]) -> None:
        if before := self._tasks.get(what):
            before.cancel()
        self._tasks[what] = asyncio.create_task(work, name=f"read {what}")
        self._tasks[what].add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()):
            self._desk.give_up(failure)

    async def _follow(self, scope: Scope) -> None:
        """Bring to the desk whatever comes of one kind."""
        follower = Follower(self._api, scope, self._tempo)
        async with aclosing(follower.events()) as several:
            async for events in several:
                self._take(scope, events)

    def _take(self, scope: Scope, events: list[Event]) -> None:
        if scope.kind is SECRETS:
            events = [self._of_secrets(scope, event) for event in events]
        self._desk.bring(events)
        if any(self._completes(scope, event) for event in events):
            self._desk.is_in(scope)
            self._ask.set()
        if scope.kind is INGRESSES and not self._desk.outstanding:
            self._notice(events)

    def _completes(self, scope: Scope, event: Event) -> bool:
        """Tell whether nothing more need be waited for: a list, or word that there will be none."""
        return isinstance(event, Swap) or (
            isinstance(event, Say) and scope.kind in self._may_be_refused
        )

    def _of_secrets(self, scope: Scope, event: Event) -> Event:
        """Note whether Secrets are listed; a list must not take away what it never brings."""
        if isinstance(event, Swap):
            self._wanted.unlisted.discard(scope.namespace)
            kept = self._wanted.kept(self._desk.inventory, scope.namespace)
            return event._replace(objects={**kept, **event.objects})
        if isinstance(event, Say) and event.verdicts and event.subject == scope.subject:
            self._wanted.unlisted.add(scope.namespace)
        return event

    def _notice(self, events: Iterable[Event]) -> None:
        """Have those Secrets asked for at once that an Ingress names for the first time."""
        for event in events:
            if isinstance(event, Put):
                self._soon |= self._wanted.by(event.value, self._desk.inventory)
        if self._soon:
            self._ask.set()

    async def _ask_by_name(self) -> None:
        """Ask for Secrets by name once all lists are in, and then in turn, as long as it lives."""
        while self._desk.outstanding - {_NAMED}:
            await self._ask.wait()
            self._ask.clear()
        await self._ask_for(self._wanted.of(self._desk.inventory))
        self._desk.is_in(_NAMED)
        line: list[ObjectKey] = []
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._tempo.turn):
                    await self._ask.wait()
            self._ask.clear()
            keys, self._soon = self._soon, set()
            if not keys:
                line = line or self._in_line()
                keys, line = set(line[:AT_A_TURN]), line[AT_A_TURN:]
            await self._ask_for(keys)

    def _in_line(self) -> list[ObjectKey]:
        """Forget what nobody names any longer, and return what is to be asked for again."""
        inventory = self._desk.inventory
        abandoned = self._wanted.abandoned(inventory)
        self._desk.bring(Drop(SECRETS.table, key) for key in abandoned)
        return sorted(self._wanted.of(inventory))

    async def _ask_for(self, keys: Iterable[ObjectKey]) -> None:
        self._desk.bring(await read_named(self._api, keys))
