"""The workers: as many as were asked for, and each that dies is replaced."""

import asyncio
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Final

from ingress.control.channel import Channel, WorkerGoneError
from ingress.control.launching import Launched
from ingress.control.publisher import Publisher
from ingress.control.spawning import WorkerProcess, worker_process
from ingress.proxy.counts import Counts
from ingress.worker.messages import HEARTBEAT, Setup

log: Final = logging.getLogger(__name__)

HUNG: Final = 10
"""Heartbeats missed in a row, after which a worker is taken for hung and replaced."""
STABLE: Final = 10.0
"""Seconds that a worker has to live for its place to count as well."""
FIRST_DELAY: Final = 0.1
LONGEST_DELAY: Final = 10.0
"""Seconds before the next start where workers die early; they double. The first is at once."""
PATIENCE: Final = 30.0
"""Seconds without a place that is well, after which the whole is better started anew."""


class Workers:
    """Runs a worker in each of the places that the setups describe.

    ``launched`` are processes that were started for some of the places already.
    """

    def __init__(
        self,
        setups: Sequence[Setup],
        publisher: Publisher,
        *,
        launched: Sequence[Launched | None] = (),
    ) -> None:
        pairs = zip_longest(setups, launched)
        self._places = [_Place(setup, publisher, launched=first) for setup, first in pairs]

    async def run(self) -> None:
        """Keep every place taken until they are drained."""
        async with asyncio.TaskGroup() as group:
            for place in self._places:
                group.create_task(place.run(), name=place.name)

    def drain(self) -> None:
        """Tell every worker to finish what is in flight and end; no place is taken again."""
        for place in self._places:
            place.drain()

    async def counts(self, ingresses: Collection[str]) -> Counts:
        """Return what all workers counted of these Ingresses, the workers that died included."""
        total = Counts()
        for counts in await asyncio.gather(*(it.counts(ingresses) for it in self._places)):
            total.add(counts)
        return total

    @property
    def pids(self) -> Mapping[str, int]:
        """The processes of the workers that there are."""
        return {place.name: place.process.pid for place in self._places if place.process}

    @property
    def deaths(self) -> Mapping[str, int]:
        """How often a worker had to be replaced, by its name."""
        return {place.name: place.deaths for place in self._places}

    @property
    def problem(self) -> str:
        """What is wrong with every one of them for long, empty where nothing is."""
        ill = min(place.seconds_ill for place in self._places)
        return f"no worker lives for long, for {ill:.0f} s now" if ill > PATIENCE else ""


class _Place:
    """Where one worker is, and the next if it dies."""

    def __init__(
        self, setup: Setup, publisher: Publisher, *, launched: Launched | None = None
    ) -> None:
        self.name = f"worker {setup.number + 1}"
        self.process: WorkerProcess | None = None
        self.deaths = 0
        self._setup = setup
        self._publisher = publisher
        self._launched = launched
        self._draining = asyncio.Event()
        self._early_deaths = 0
        self._ill_since: float | None = None
        self._begun = 0.0
        self._counts = Counts()
        self._counts_of_the_dead = Counts()

    async def run(self) -> None:
        """Start a worker, and again whenever one ends, until there is the order to drain."""
        while not self._draining.is_set():
            self._begun = time.monotonic()
            try:
                how = await self._live()
            except OSError as error:
                how = f"cannot be started: {error}"
            if not self._draining.is_set():
                await self._mourn(how)

    def drain(self) -> None:
        """Let the worker finish what is in flight, and be the last one here."""
        self._draining.set()
        if self.process:
            self.process.channel.drain()

    async def counts(self, ingresses: Collection[str]) -> Counts:
        """Return what was counted here; of one that does not answer, what it said last."""
        if process := self.process:
            with suppress(TimeoutError, WorkerGoneError):
                self._counts = await process.channel.counts()
        self._counts_of_the_dead.forget_all_but(ingresses)
        total = Counts()
        total.add(self._counts_of_the_dead)
        total.add(self._counts)
        return total

    @property
    def seconds_ill(self) -> float:
        """For how long workers have been dying here one after the other."""
        now = time.monotonic()
        if self._ill_since is None or (self.process and now - self._begun > STABLE):
            return 0.0
        return now - self._ill_since

    async def _live(self) -> str:
        """Run one worker to its end, and say how that was; raises OSError."""
        descriptors = (*self._setup.http, *self._setup.https, self._setup.turnstile)
        launched, self._launched = self._launched, None
        async with worker_process(descriptors, launched=launched) as process:
            process.channel.set_up(self._setup)
            self.process = process
            if self._draining.is_set():
                process.channel.drain()
            try:
                await self._attend(process)
                return await process.ended()
            finally:
                self.process = None

    async def _attend(self, process: WorkerProcess) -> None:
        """Hear, publish to and watch one worker, until it ends or is better ended."""
        channel = process.channel
        parts = {
            "listen": channel.listen(),
            "publish": self._publisher.attend(channel),
            "watch": _hangs(channel),
        }
        tasks = [
            asyncio.create_task(part, name=f"{name}: {self.name}") for name, part in parts.items()
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            _, _, hangs = outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        if hangs is True:
            log.error("%s gave no sign of life for %g s: replaced", self.name, HUNG * HEARTBEAT)
            process.kill()
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WorkerGoneError):
                log.error("%s cannot be spoken with: %r", self.name, outcome)
                process.kill()

    async def _mourn(self, how: str) -> None:
        """Keep what the dead one counted, and wait if they die too fast."""
        self.deaths += 1
        self._counts.connections = 0
        self._counts_of_the_dead.add(self._counts)
        self._counts = Counts()
        delay = self._delay()
        log.error("%s %s; the next one starts in %g s", self.name, how, delay)
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._draining.wait()

    def _delay(self) -> float:
        now = time.monotonic()
        if now - self._begun > STABLE:
            self._early_deaths, self._ill_since = 0, None
        self._early_deaths += 1
        self._ill_since = self._ill_since or now
        if self._early_deaths == 1:
            return 0.0
        return min(FIRST_DELAY * 2.0 ** (self._early_deaths - 2), LONGEST_DELAY)


async def _hangs(channel: Channel) -> bool:
    """Return once too many heartbeats were missed.

    What counts is looks, not time: if it was this process that hung, that was one look.
    """
    missed = 0
    while missed < HUNG:
        channel.heard.clear()
        await asyncio.sleep(HEARTBEAT)
        missed = 0 if channel.heard.is_set() else missed + 1
    return True
