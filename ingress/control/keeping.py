"""Between the controller and the publisher: keeps what was good, and serves it if nothing comes."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Final, Protocol

from ingress.control.lastgood import Kept, LastGood, UnusableError
from ingress.model.snapshot import Snapshot

log = logging.getLogger(__name__)

GRACE: Final = 0.5
"""Seconds that the first Inventory has; after that, what was kept is served."""

PAUSE: Final = 5.0
"""Seconds between two writes: a busy cluster is no reason to wear out a disk."""


class Publishes(Protocol):
    """Brings Snapshots to workers."""

    async def publish(self, snapshot: Snapshot) -> int:
        """Bring every worker to it, and return the generation that all of them serve."""


class Publishing(Publishes, Protocol):
    """Knows as well what they serve."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest that every worker serves."""


class Keeper:
    """Publishes, and keeps what all workers serve on disk.

    ``run`` has to run beside the controller. What is compiled always goes before what was kept.
    """

    def __init__(
        self,
        publisher: Publishing,
        disk: LastGood,
        *,
        grace: float = GRACE,
        pause: float = PAUSE,
    ) -> None:
        self._publisher = publisher
        self._disk = disk
        self._grace = grace
        self._pause = pause
        self._compiled = asyncio.Event()
        self._turn = asyncio.Lock()

    async def publish(self, snapshot: Snapshot) -> int:
        """Publish what was compiled."""
        self._compiled.set()
        async with self._turn:
            return await self._publisher.publish(snapshot)

    async def run(self) -> None:
        """Serve what was kept unless something is compiled in time; then keep what is good."""
        try:
            async with asyncio.timeout(self._grace):
                await self._compiled.wait()
        except TimeoutError:
            await self._serve_kept()
        await self._compiled.wait()
        written: Snapshot | None = None
        while True:
            async with self._turn:
                newest = self._publisher.snapshot
            if newest is not None and newest is not written:
                await asyncio.to_thread(self._write, newest)
                written = newest
            await asyncio.sleep(self._pause)

    async def _serve_kept(self) -> None:
        try:
            found = await asyncio.to_thread(self._disk.read)
        except (UnusableError, OSError) as error:
            log.warning("nothing can be served from disk: %s", error)
            return
        async with self._turn:
            if found and not self._compiled.is_set():
                kept, snapshot = found
                log.warning("%s", _said(kept))
                await self._publisher.publish(snapshot)

    def _write(self, snapshot: Snapshot) -> None:
        try:
            self._disk.write(snapshot, now=time.time())
        except OSError as error:
            log.warning("the last good snapshot cannot be kept on disk: %s", error)


def _said(kept: Kept) -> str:
    written = datetime.fromtimestamp(kept.written, UTC).isoformat(timespec="seconds")
    keys = "" if kept.private_keys else ", whose TLS hosts show a self-made certificate"
    return f"nothing is read yet, so the snapshot of {written} is served from disk{keys}"
