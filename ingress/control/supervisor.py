"""From the premises to the last request: starts everything in order, ends everything in order.

Listening sockets stay open here: a worker accepts once it serves a snapshot, and what connects
before, or while the next one is being started, waits in the backlog and is served, not turned away.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from enum import IntEnum
from importlib import import_module
from typing import Any, Final, NamedTuple, Protocol

from ingress.compiler import Build
from ingress.control.controller import Controller
from ingress.control.keeping import Keeper
from ingress.control.lastgood import LastGood
from ingress.control.listening import address_of
from ingress.control.premises import Premises
from ingress.control.publisher import Publisher
from ingress.control.reporter import Reporter, Several, Tell
from ingress.control.signals import Orders, orders
from ingress.control.workers import Workers
from ingress.issuer.fallback import fallback_certificate
from ingress.model.finding import Location, located
from ingress.model.inventory import Inventory
from ingress.model.snapshot import Snapshot
from ingress.model.verdict import Verdict
from ingress.policies import PublicPorts
from ingress.runtime.collector import keep_out, turn_on
from ingress.runtime.memory import give_back
from ingress.settings import ListenAddress, Settings
from ingress.worker.messages import Setup, describe

log = logging.getLogger(__name__)

SOON: Final = 1.0
"""Seconds that a start has for itself, before anything begins that is not needed to serve."""

LONG_START: Final = 10.0
"""Seconds without anything to serve, after which garbage is collected while we wait."""

GRACE: Final = 1.5
"""Seconds that a worker gets, after its drain timeout, to abort what is left and write its log."""


class Source(Protocol):
    """Where Inventories come from."""

    def inventories(self) -> AsyncIterator[Inventory]:
        """Yield the Inventory at once, and again after every change."""

    def locate(self, verdict: Verdict) -> Location | None:
        """Find the place that a verdict speaks of; may read files."""

    def reread(self) -> None:
        """Read again what a watch may have missed; returns at once."""


class Companion(Protocol):
    """A part beside the serving that is told of every Build; in file mode there is none."""

    def report(self, build: Build) -> None:
        """Take the newest Build and return."""

    async def run(self, stop: asyncio.Event) -> None:
        """Do what it does until it is cancelled; once told to stop, hand over to others."""


class Serving(NamedTuple):
    """What is there to be announced once the first snapshot is served."""

    listeners: Mapping[str, Sequence[ListenAddress]]
    snapshot: Snapshot
    verdicts: Sequence[Verdict]


class Ended(IntEnum):
    """How the process ends; the last is what a shell says of a program that SIGINT ended."""

    WELL = 0
    BROKEN = 1
    AT_ONCE = 130


async def supervise(
    settings: Settings,
    source: Source,
    *,
    premises: Premises,
    announce: Callable[[Serving], None],
    tell: Tell,
    companions: Sequence[Companion] = (),
) -> Ended:
    """Serve until a signal ends it.

    ``announce`` is called once, when the first snapshot is served; ``tell`` (in a thread) with
    every change of the verdicts after that.
    """
    supervisor = Supervisor(
        settings, source, premises=premises, announce=announce, tell=tell, companions=companions
    )
    return await supervisor.run()


class Supervisor:
    """Keeps the parts of the control process and its workers alive, and ends them all."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        *,
        premises: Premises,
        announce: Callable[[Serving], None],
        tell: Tell,
        companions: Sequence[Companion] = (),
    ) -> None:
        self._settings = settings
        self._source = source
        self._sockets = premises.sockets
        self._announce = announce
        self._publisher = Publisher(workers=settings.workers)
        self._workers = Workers(
            setups(settings, premises), self._publisher, launched=premises.launched
        )
        self._keeper = _keeper(settings, self._publisher)
        self._reporter = Reporter(tell)
        self._companions = companions
        self._controller = Controller(
            source.inventories(),
            options=settings.compiler,
            publisher=self._keeper or self._publisher,
            reporter=Several(self._reporter, *companions),
        )
        self._ports = _public_ports(settings, premises)
        self._draining = False

    async def _metrics(self) -> bytes:
        from ingress.control.metrics import Told, prometheus_text  # noqa: PLC0415 - see _answer

        snapshot = self._publisher.snapshot or Snapshot()
        told = Told(
            await self._workers.counts(snapshot.ingresses()),
            generation=self._publisher.generation,
            snapshot=snapshot,
            pids={"control": os.getpid(), **self._workers.pids},
            deaths=self._workers.deaths,
        )
        return await asyncio.to_thread(prometheus_text, told)

    async def run(self) -> Ended:
        """Serve until a signal or the death of a part, and drain in either case."""
        with orders(reread=self._source.reread) as given:
            workers = asyncio.create_task(self._workers.run(), name="workers")
            try:
                return await self._live(given, workers)
            except ExceptionGroup:  # each was logged where it happened
                await self._drain(given, workers)
                return Ended.BROKEN
            finally:
                workers.cancel()
                await asyncio.wait({workers})

    async def _live(self, given: Orders, workers: asyncio.Task[None]) -> Ended:
        parts = {
            "controller": self._controller.run(),
            "opening": self._open(),
            "admin address": self._answer(),
            "keeper of the workers": _until_over(workers),
        }
        parts |= {type(it).__name__: self._accompany(it, given.stop) for it in self._companions}
        if self._keeper:
            parts["keeper of the state"] = self._keeper.run()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_vital(it, name), name=name) for name, it in parts.items()]
            await given.stop.wait()
            ended = await self._drain(given, workers)
            for task in tasks:
                task.cancel()
        return ended

    async def _started(self) -> None:
        """Wait until requests are served, or not for long if there is nothing yet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON):
                await self._publisher.serving.wait()

    async def _accompany(self, companion: Companion, stop: asyncio.Event) -> None:
        await self._started()
        await companion.run(stop)

    async def _answer(self) -> None:
        """Answer at the admin address; what is only needed here is imported here.

        Whoever asks before waits in the backlog.
        """
        await self._started()
        await asyncio.to_thread(import_module, "ingress.control.admin")
        from ingress.control.admin import Admin  # noqa: PLC0415
        from ingress.control.explaining import Explainer  # noqa: PLC0415

        explainer = Explainer(self._publisher, settings=self._settings.proxy, ports=self._ports)
        admin = Admin(
            publisher=self._publisher,
            explain=explainer.explain,
            findings=lambda: located(self._controller.verdicts, self._source.locate),
            metrics=self._metrics,
            problem=lambda: self._workers.problem,
            draining=lambda: self._draining,
        )
        async with admin.listening(self._sockets.admin):
            await asyncio.Event().wait()

    async def _open(self) -> None:
        """Say it once there is something to serve, and then tell what changes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONG_START):
                await self._publisher.serving.wait()
        turn_on()
        await self._publisher.serving.wait()
        keep_out()
        give_back()
        many = {"http": self._sockets.http[0], "https": self._sockets.https[0]}
        many["admin"] = self._sockets.admin
        listeners = {name: [address_of(it) for it in sockets] for name, sockets in many.items()}
        verdicts = self._controller.verdicts
        self._announce(Serving(listeners, self._publisher.snapshot or Snapshot(), verdicts))
        await self._reporter.run(told=verdicts)

    async def _drain(self, given: Orders, workers: asyncio.Task[None]) -> Ended:
        """Finish what is in flight, within the drain timeout, or less where one is impatient."""
        self._draining = True
        for each in (*self._sockets.http, *self._sockets.https):
            for one in each:
                one.close()
        self._workers.drain()
        now = asyncio.create_task(given.now.wait(), name="end at once")
        try:
            longest = self._settings.proxy.drain_timeout + GRACE
            first = asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait({workers, now}, timeout=longest, return_when=first)
        finally:
            now.cancel()
        return Ended.AT_ONCE if now in done else Ended.WELL


def setups(settings: Settings, premises: Premises) -> list[Setup]:
    """Return what each worker has to know."""
    fallback, proxy = fallback_certificate(now=time.time()), describe(settings.proxy)
    sockets = premises.sockets
    return [
        Setup(
            number=number,
            http=tuple(one.fileno() for one in sockets.http[number]),
            https=tuple(one.fileno() for one in sockets.https[number]),
            turnstile=premises.turnstile,
            fallback=fallback,
            proxy=proxy,
        )
        for number in range(settings.workers)
    ]


def _public_ports(settings: Settings, premises: Premises) -> PublicPorts:
    proxy = settings.proxy
    ports = PublicPorts(http=proxy.public_http_port, https=proxy.public_https_port)
    if https := premises.sockets.https[0]:
        ports = ports._replace(https_listener=address_of(https[0]).port)
    return ports


async def _until_over(task: asyncio.Task[None]) -> None:
    await asyncio.wait({task})
    task.result()


def _keeper(settings: Settings, publisher: Publisher) -> Keeper | None:
    state = settings.state
    if state.folder is None:
        return None
    return Keeper(publisher, LastGood(state.folder, private_keys=state.private_keys))


async def _vital(part: Coroutine[Any, Any, None], name: str) -> None:
    try:
        await part
    except Exception:
        log.critical("the %s died, so the process ends; this is a bug here", name, exc_info=True)
        raise
