"""The loop: an inventory is compiled, published, reported; then the next one."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

from ingress.compiler import Ahead, Build, build_snapshot
from ingress.control.keeping import Publishes
from ingress.control.reporter import BuildSink
from ingress.control.settled import repeated, settled
from ingress.model.inventory import Inventory, Partial
from ingress.model.verdict import Verdict
from ingress.settings import CompilerOptions

log = logging.getLogger(__name__)

HOLDOFF: Final = 0.005
MAX_HOLDOFF: Final = 0.01
"""Seconds: what comes together is one build, and a stream of changes delays none for longer.

A build is a few milliseconds of work, so there is little to be saved by waiting.
"""


class Controller:
    """Turns Inventories into what the workers serve, for as long as there are any."""

    def __init__(
        self,
        inventories: AsyncIterator[Inventory],
        *,
        options: CompilerOptions,
        publisher: Publishes,
        reporter: BuildSink,
    ) -> None:
        self._inventories = inventories
        self._options = options
        self._publisher = publisher
        self._reporter = reporter
        self._build: Build | None = None
        self._ahead: Ahead | None = Ahead(options.policies)
        self._failure = ""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What the newest Build says."""
        return self._build.verdicts if self._build else ()

    async def run(self) -> None:
        """Deal with one inventory after the other until the source ends."""
        calm = settled(self._whole(), holdoff=HOLDOFF, max_holdoff=MAX_HOLDOFF)
        async with aclosing(repeated(calm, due=self._until_turn)) as inventories:
            async for inventory in inventories:
                if build := await self._compiled(inventory):
                    await self._publisher.publish(build.snapshot)
                    self._reporter.report(build)

    async def _whole(self) -> AsyncGenerator[Inventory, None]:
        """Yield Inventories; what comes before the first one is read ahead."""
        try:
            async for inventory in self._inventories:
                if not isinstance(inventory, Partial):
                    yield inventory
                elif self._ahead:
                    self._ahead.read(inventory)
        finally:
            if isinstance(self._inventories, AsyncGenerator):
                await self._inventories.aclose()

    async def _compiled(self, inventory: Inventory) -> Build | None:
        """Compile in a thread: what takes long then shares the time with the requests."""
        try:
            self._build = await asyncio.to_thread(
                build_snapshot,
                inventory,
                self._options,
                now=time.time(),
                previous=self._build,
                ahead=self._ahead,
            )
        except Exception as error:  # noqa: BLE001 - the last good snapshot outlives our bugs
            self._complain(error)
            return None
        self._failure, self._ahead = "", None
        return self._build

    def _complain(self, error: Exception) -> None:
        """Log our bug, with its traceback the first time; it comes back with every inventory."""
        failure = repr(error)
        log.error(
            "compiling failed, which is a bug here; the last good snapshot is still served: %s",
            failure,
            exc_info=error if failure != self._failure else None,
        )
        self._failure = failure

    def _until_turn(self) -> float | None:
        """Return the seconds until time alone changes the Build: a certificate expires."""
        if self._build is None or math.isinf(self._build.turns_at):
            return None
        return self._build.turns_at - time.time()
