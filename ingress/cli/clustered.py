"""A cluster as the source: what is read of it, logged about it, and written to it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from functools import partial
from typing import Final

from ingress.cli.changes import changed, counted
from ingress.cli.configuration import Run
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.control.cluster.writer import ClusterWriter
from ingress.control.listening import listen
from ingress.control.reporter import Change
from ingress.control.supervisor import Serving
from ingress.model.finding import Location
from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.model.verdict import Severity, Verdict
from ingress.sources.cluster import once
from ingress.sources.cluster.api import ApiError, ApiUnreachable, connected
from ingress.sources.cluster.credentials import NoCredentialsError
from ingress.sources.cluster.source import Cluster
from ingress.sources.overlay import with_backends

log = logging.getLogger("ingress.cluster")

PAUSE: Final = 1.0
"""Seconds between two lines about what changed: what happens in between is one line."""

MOST_TOLD: Final = 20
"""Verdicts of one change that are logged one by one; /verdicts has them all."""


_LEVELS: Final = {
    Severity.ERROR: logging.ERROR,
    Severity.WARNING: logging.WARNING,
    Severity.INFO: logging.INFO,
}


def read_once(run: Run) -> Inventory:
    """Read the cluster that the flags name; raises Mistake."""
    options = run.cluster
    try:
        return asyncio.run(
            once.read_once(
                kubeconfig=options.kubeconfig,
                context=options.context,
                namespaces=options.namespaces,
                secrets=_secrets(run),
            )
        )
    except NoCredentialsError as error:
        raise _no_credentials(error) from error
    except ApiUnreachable as error:
        mend = "see that it runs, and that --context names the cluster that you mean"
        raise Mistake(str(error), mend=mend, code=ExitCode.FOUND) from error
    except ApiError as error:
        mend = "name a namespace that you may read with -n, or ask for a Role"
        raise Mistake(f"the API server refuses: {error}", mend=mend, code=ExitCode.FOUND) from error


class Source:
    """A cluster, what is laid over it, and a line in the log for what changes."""

    def __init__(self, run: Run) -> None:
        options = run.cluster
        self._backends = run.backends
        self._cluster = Cluster(
            kubeconfig=options.kubeconfig,
            context=options.context,
            namespaces=options.namespaces,
            secrets=_secrets(run),
        )

    def prepare(self) -> None:
        """Find the credentials; raises Mistake."""
        try:
            asyncio.run(self._cluster.prepare())
        except NoCredentialsError as error:
            raise _no_credentials(error) from error

    async def inventories(self) -> AsyncIterator[Inventory]:
        """Yield an Inventory once all lists are in, and after every change."""
        served = Inventory()
        said = Said()
        saying = asyncio.create_task(said.run(), name="say what changes")
        try:
            async with aclosing(self._cluster.inventories()) as inventories:
                async for inventory in inventories:
                    if isinstance(inventory, Partial):
                        yield inventory
                        continue
                    said.take(inventory)
                    served = with_backends(inventory, self._backends, previous=served)
                    yield served
        finally:
            saying.cancel()

    def locate(self, verdict: Verdict) -> Location | None:
        """Find the file that a verdict speaks of: none, here."""
        return self._cluster.locate(verdict)

    def reread(self) -> None:
        """List everything again (SIGHUP)."""
        self._cluster.reread()


@contextmanager
def writer(run: Run) -> Iterator[ClusterWriter]:
    """Yield what writes to the cluster, its admission address bound; raises ListenError."""
    options = run.cluster
    connect = partial(connected, kubeconfig=options.kubeconfig, context=options.context)
    with ExitStack() as stack:
        listening = listen(run.settings.admission, flag="--admission")
        sockets = [stack.enter_context(one) for one in listening]
        yield ClusterWriter(run.settings.writing, connect, sockets=sockets)


class Said:
    """Says what changed since it last did, a line in ``pause`` seconds at most."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._newest: Inventory | None = None
        self._wake = asyncio.Event()

    def take(self, inventory: Inventory) -> None:
        """Take the newest Inventory and return at once."""
        self._newest = inventory
        self._wake.set()

    async def run(self) -> None:
        """Say it for ever."""
        last: Inventory | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            newest = self._newest
            if newest and last is None:
                log.info("the cluster is read: %s", counted(newest))
            elif newest and last and (line := changed(last, newest)):
                log.info("%s", line)
            last = newest
            await asyncio.sleep(self._pause)


def announce(serving: Serving) -> None:
    """Log what is served, where, and what there is to say about it."""
    where = [f"{name} {it}" for name, many in serving.listeners.items() for it in many]
    hosts, certificates = len(serving.snapshot.hosts), len(serving.snapshot.certificates)
    log.info(
        "serving %d hosts with %d certificates on %s",
        hosts,
        certificates,
        ", ".join(where) or "nothing",
    )
    tell(Change(new=tuple(serving.verdicts), gone=()))


def tell(change: Change) -> None:
    """Log verdicts that are new, and those that hold no longer."""
    for it in change.new[:MOST_TOLD]:
        level = _LEVELS[it.severity]
        log.log(level, "%s of %s: %s; mend: %s", it.reason, it.subject, it.message, it.mend)
    if (more := len(change.new) - MOST_TOLD) > 0:
        log.warning("%d more verdicts: GET /verdicts of the admin address has all of them", more)
    for verdict in change.gone[:MOST_TOLD]:
        log.info("mended: %s of %s", verdict.reason, verdict.subject)


def _secrets(run: Run) -> tuple[ObjectKey, ...]:
    named = run.settings.compiler.default_certificate
    return (named,) if named else ()


def _no_credentials(error: NoCredentialsError) -> Mistake:
    return Mistake(str(error), mend=error.mend, code=ExitCode.FOUND)
