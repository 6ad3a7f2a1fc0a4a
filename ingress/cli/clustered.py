"""A cluster as the source: what is read of it, and what is logged of its changes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final, NamedTuple

from ingress.cli.changes import changed, counted
from ingress.cli.configuration import Run
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.model.finding import Location
from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.model.verdict import Verdict
from ingress.sources.cluster import once
from ingress.sources.cluster.api import ApiError, ApiUnreachable
from ingress.sources.cluster.credentials import NoCredentialsError
from ingress.sources.cluster.source import Cluster
from ingress.sources.overlay import with_backends

log = logging.getLogger("ingress.cluster")

PAUSE: Final = 1.0
"""Seconds between two lines about what changed: what happens in between is one line."""


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
        self._begun: _Begun | None = None

    def prepare(self) -> None:
        """Find the credentials; raises Mistake."""
        try:
            asyncio.run(self._cluster.prepare())
        except NoCredentialsError as error:
            raise _no_credentials(error) from error

    def begin(self) -> "_Begun":
        """Ask for the lists already, so that they are on their way; needs a running loop."""
        if self._begun is None:
            items = self._followed()
            self._begun = _Begun(items, asyncio.create_task(_next(items), name="first of all"))
        return self._begun

    async def inventories(self) -> AsyncIterator[Inventory]:
        """Yield an Inventory once all lists are in, and after every change.

        What comes before is yielded in parts, to be read ahead.
        """
        begun = self.begin()
        async with aclosing(begun.items) as items:
            yield await begun.first
            async for inventory in items:
                yield inventory

    async def _followed(self) -> AsyncGenerator[Inventory, None]:
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


class _Begun(NamedTuple):
    """Inventories that were asked for, and the first of them, which is on its way."""

    items: AsyncGenerator[Inventory, None]
    first: asyncio.Task[Inventory]


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


def _secrets(run: Run) -> tuple[ObjectKey, ...]:
    named = run.settings.compiler.default_certificate
    return (named,) if named else ()


def _no_credentials(error: NoCredentialsError) -> Mistake:
    return Mistake(str(error), mend=error.mend, code=ExitCode.FOUND)


async def _next(items: AsyncGenerator[Inventory, None]) -> Inventory:
    return await anext(items)
