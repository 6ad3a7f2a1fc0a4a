"""From sockets to the last request: starts everything in order, ends everything in order.

Sockets are bound first, since that is what fails for reasons of the user's. A worker accepts once
it serves a snapshot; what connects before waits in the backlog and is served, not turned away.
"""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from enum import IntEnum
from socket import socket
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from ingress.control.admin import Admin
from ingress.control.controller import Controller
from ingress.control.explaining import Explainer
from ingress.control.keeping import Keeper
from ingress.control.lastgood import LastGood
from ingress.control.listening import address_of, listen
from ingress.control.publisher import Publisher
from ingress.control.reporter import Reporter, Tell
from ingress.control.signals import Orders, orders
from ingress.issuer.fallback import fallback_certificate
from ingress.model.finding import Location, located
from ingress.model.inventory import Inventory
from ingress.model.snapshot import Snapshot
from ingress.model.verdict import Verdict
from ingress.policies import PublicPorts
from ingress.settings import ListenAddress, Settings
from ingress.worker import Worker

log = logging.getLogger(__name__)

GRACE: Final = 0.5
"""Seconds that a worker gets, after its drain timeout, to abort what is left."""


Sockets: TypeAlias = Mapping[str, Sequence[socket]]
"""Listening ones, by what they are for: ``http``, ``https``, ``admin``."""


class Source(Protocol):
    """Where Inventories come from."""

    def inventories(self) -> AsyncIterator[Inventory]:
        """Yield the Inventory at once, and again after every change."""

    def locate(self, verdict: Verdict) -> Location | None:
        """Find the place that a verdict speaks of; may read files."""

    def reread(self) -> None:
        """Read again what a watch may have missed; returns at once."""


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


def serve(
    settings: Settings, source: Source, *, announce: Callable[[Serving], None], tell: Tell
) -> Ended:
    """Serve until a signal ends it.

    ``announce`` is called once, when the first snapshot is served; ``tell`` (in a thread) with
    every change of the verdicts after that. Raises ListenError where an address is not to be had.
    """

    async def supervised(sockets: Sockets) -> Ended:
        supervisor = Supervisor(settings, source, sockets=sockets, announce=announce, tell=tell)
        return await supervisor.run()

    addresses = {"http": settings.http, "https": settings.https, "admin": settings.admin}
    with ExitStack() as stack:
        sockets = {
            name: [stack.enter_context(one) for one in listen(many, flag=f"--{name}")]
            for name, many in addresses.items()
        }
        with _no_collector_at_first(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(supervised(sockets))


@contextmanager
def _no_collector_at_first() -> Iterator[None]:
    """Start with the garbage collector off: what is built at first stays, and is a lot.

    With 5,000 Ingresses this is a quarter of a second of the start; see ``_keep_out``.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _keep_out() -> None:
    """Turn the collector on, but keep it out of what is there: a walk over it takes 100 ms."""
    gc.freeze()
    gc.enable()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - it is not to be had on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


class _InProcess:
    """The channel to a worker in this very process: the same bytes, and no socket."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def send(self, publication: bytes) -> bytes:
        return self._worker.receive(publication)


class Supervisor:
    """Keeps the parts of one process alive, and ends all of them when one dies."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        *,
        sockets: Sockets,
        announce: Callable[[Serving], None],
        tell: Tell,
    ) -> None:
        self._settings = settings
        self._source = source
        self._sockets = sockets
        self._announce = announce
        self._worker = Worker(settings.proxy, fallback_certificate(now=time.time()))
        self._publisher = Publisher([_InProcess(self._worker)])
        self._keeper = _keeper(settings, self._publisher)
        self._reporter = Reporter(tell)
        self._controller = Controller(
            source.inventories(),
            options=settings.compiler,
            publisher=self._keeper or self._publisher,
            reporter=self._reporter,
        )
        self._admin = Admin(
            publisher=self._publisher,
            explain=self._explainer().explain,
            findings=lambda: located(self._controller.verdicts, source.locate),
            metrics=self._worker.metrics,
        )

    def _explainer(self) -> Explainer:
        proxy = self._settings.proxy
        ports = PublicPorts(http=proxy.public_http_port, https=proxy.public_https_port)
        if self._sockets["https"]:
            first = address_of(self._sockets["https"][0])
            ports = ports._replace(https_listener=first.port)
        return Explainer(self._publisher, settings=proxy, ports=ports)

    async def run(self) -> Ended:
        """Serve until a signal or the death of a part, and drain in either case."""
        with orders(reread=self._source.reread) as given:
            async with self._admin.listening(self._sockets["admin"]):
                try:
                    return await self._live(given)
                except ExceptionGroup:  # each was logged where it happened
                    await self._drain(given)
                    return Ended.BROKEN

    async def _live(self, given: Orders) -> Ended:
        parts = {"controller": self._controller.run(), "opening": self._open()}
        if self._keeper:
            parts["keeper of the state"] = self._keeper.run()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_vital(it, name), name=name) for name, it in parts.items()]
            await given.stop.wait()
            ended = await self._drain(given)
            for task in tasks:
                task.cancel()
        return ended

    async def _open(self) -> None:
        """Accept once there is something to serve, say so, and then tell what changes."""
        await self._publisher.serving.wait()
        gc.freeze()  # what lives by now lives on: no collection need walk it and stop requests
        await self._worker.start(self._sockets["http"], self._sockets["https"])
        _keep_out()
        listeners = {name: [address_of(it) for it in many] for name, many in self._sockets.items()}
        verdicts = self._controller.verdicts
        self._announce(Serving(listeners, self._publisher.snapshot or Snapshot(), verdicts))
        await self._reporter.run(told=verdicts)

    async def _drain(self, given: Orders) -> Ended:
        """Finish what is in flight, within the drain timeout, or less where one is impatient."""
        self._admin.draining = True
        drain = asyncio.create_task(_vital(self._worker.drain(), "drain"), name="drain")
        now = asyncio.create_task(given.now.wait(), name="end at once")
        try:
            longest = self._settings.proxy.drain_timeout + GRACE
            first = asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait({drain, now}, timeout=longest, return_when=first)
        finally:
            drain.cancel()
            now.cancel()
        if drain in done:
            return Ended.BROKEN if drain.exception() else Ended.WELL
        return Ended.AT_ONCE if now in done else Ended.WELL


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
