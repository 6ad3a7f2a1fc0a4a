"""What is kept, and when it is served."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from ingress.control.keeping import Keeper
from ingress.control.lastgood import Kept, LastGood
from ingress.model.snapshot import Host, HostKind, Snapshot


def serving(host: str) -> Snapshot:
    return Snapshot(hosts={host: Host(pattern=host, kind=HostKind.EXACT)})


OLD, NEW, NEWER = serving("old.test"), serving("new.test"), serving("newer.test")


class Publisher:
    """Publishes at once; ``published`` is what it was given."""

    def __init__(self) -> None:
        self.published: list[Snapshot] = []
        self.changed = asyncio.Event()

    @property
    def snapshot(self) -> Snapshot | None:
        return self.published[-1] if self.published else None

    async def publish(self, snapshot: Snapshot) -> int:
        self.published.append(snapshot)
        self.changed.set()
        return len(self.published)


class Disk(LastGood):
    """A real folder, whose reads and writes a test can wait for."""

    def __init__(self, folder) -> None:
        super().__init__(folder, private_keys=True)
        self._loop = asyncio.get_running_loop()
        self.written = asyncio.Event()
        self.looked_at = asyncio.Event()

    def read(self) -> tuple[Kept, Snapshot] | None:
        try:
            return super().read()
        finally:
            self._loop.call_soon_threadsafe(self.looked_at.set)

    def write(self, snapshot: Snapshot, *, now: float) -> None:
        try:
            super().write(snapshot, now=now)
        finally:
            self._loop.call_soon_threadsafe(self.written.set)


@asynccontextmanager
async def keeping(disk, *, grace: float):
    publisher = Publisher()
    keeper = Keeper(publisher, disk, grace=grace, pause=0)
    task = asyncio.create_task(keeper.run(), name="keeper")
    async with asyncio.timeout(20):
        yield publisher, keeper
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def test_what_is_good_is_kept(tmp_path):
    disk = Disk(tmp_path)
    async with keeping(disk, grace=60) as (publisher, keeper):
        for number, snapshot in enumerate((NEW, NEWER), 1):
            assert await keeper.publish(snapshot) == number
            while disk.read() is None or disk.read()[1] != snapshot:
                disk.written.clear()
                await disk.written.wait()
    assert publisher.published == [NEW, NEWER]


async def test_if_nothing_comes_what_was_kept_is_served_and_then_replaced(tmp_path, caplog):
    disk = Disk(tmp_path)
    disk.write(OLD, now=0.0)
    async with keeping(disk, grace=0.01) as (publisher, keeper):
        await publisher.changed.wait()
        assert publisher.published == [OLD]
        assert "the snapshot of 1970-01-01T00:00:00+00:00 is served from disk" in caplog.text
        await keeper.publish(NEW)
        while disk.read()[1] != NEW:
            disk.written.clear()
            await disk.written.wait()
    assert publisher.published == [OLD, NEW]


async def test_what_is_compiled_in_time_goes_before_what_was_kept(tmp_path):
    disk = Disk(tmp_path)
    disk.write(OLD, now=0.0)
    async with keeping(disk, grace=60) as (publisher, keeper):
        await keeper.publish(NEW)
        while disk.read()[1] != NEW:
            disk.written.clear()
            await disk.written.wait()
    assert publisher.published == [NEW]


@pytest.mark.parametrize("damaged", [False, True])
async def test_without_anything_usable_it_waits(tmp_path, caplog, damaged):
    disk = Disk(tmp_path)
    if damaged:
        (tmp_path / "snapshot").write_text("rubbish")
    async with keeping(disk, grace=0.0) as (publisher, keeper):
        await disk.looked_at.wait()
        await keeper.publish(NEW)
        await disk.written.wait()
    assert publisher.published == [NEW]
    assert ("nothing can be served from disk" in caplog.text) is damaged


async def test_a_disk_that_fails_is_told_and_nothing_ends(tmp_path, caplog):
    disk = Disk(tmp_path / "not there")
    async with keeping(disk, grace=60) as (publisher, keeper):
        await keeper.publish(NEW)
        await disk.written.wait()
        disk.written.clear()
        await keeper.publish(NEWER)
        await disk.written.wait()
    assert publisher.published == [NEW, NEWER]
    assert "cannot be kept on disk" in caplog.text
