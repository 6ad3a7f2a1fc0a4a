"""Watches: what is told, what is not, and what happens where the kernel refuses."""

import asyncio
from pathlib import Path

import pytest

from ingress.model.verdict import Reason
from ingress.sources.manifests import watching
from ingress.sources.manifests.watching import Watch

QUIET = 0.15
DEADLINE = 5.0


async def told(watch: Watch) -> frozenset[str]:
    """Return what is told until it is quiet."""
    found: frozenset[str] = frozenset()
    while new := await watch.touched(QUIET):
        found |= new
    return found


async def settled(watch: Watch) -> None:
    await watch.touched(QUIET)
    await told(watch)


async def test_a_file_is_told_and_its_neighbours_are_not(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    async with Watch() as watch:
        await watch.follow([str(file)])
        await settled(watch)
        (tmp_path / "b.yaml").write_text("x")
        file.write_text("x")
        assert await told(watch) == {str(file)}


async def test_other_files_of_a_folder_are_told_only_when_they_come_or_go(tmp_path: Path) -> None:
    log = tmp_path / "noise.log"
    log.touch()
    async with Watch() as watch:
        await watch.follow([str(tmp_path)])
        await settled(watch)
        log.write_text("noise")
        assert await told(watch) == frozenset()
        log.unlink()
        assert await told(watch) == {str(log)}


async def test_following_the_same_again_is_no_news(tmp_path: Path) -> None:
    async with Watch() as watch:
        await watch.follow([str(tmp_path)])
        await settled(watch)
        await watch.follow([str(tmp_path)])
        begin = asyncio.get_running_loop().time()
        assert await watch.touched(QUIET) == frozenset()
        assert asyncio.get_running_loop().time() - begin >= QUIET / 2


async def test_wake(tmp_path: Path) -> None:
    async with Watch() as watch:
        await watch.follow([str(tmp_path)])
        await settled(watch)
        watch.wake()
        async with asyncio.timeout(DEADLINE):
            assert await watch.touched() == frozenset()


async def test_links_on_the_way_are_watched(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(name)
    (tmp_path / "now").symlink_to("one")
    async with Watch() as watch:
        await watch.follow([str(tmp_path / "now" / "a.yaml")])
        await settled(watch)
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").replace(tmp_path / "now")
        assert str(tmp_path / "now") in await told(watch)


async def test_a_kernel_that_refuses_is_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> object:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr(watching, "awatch", refusing)
    async with Watch() as watch:
        await watch.follow([str(tmp_path)])
        (said,) = watch.verdicts
        assert said.reason is Reason.UNREADABLE_FILE
        assert "go unnoticed" in said.message
        assert "max_user_watches" in said.mend


async def test_a_folder_that_vanishes_meanwhile_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def vanished(*paths: object, **_: object) -> object:
        calls.append(paths)
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr(watching, "awatch", vanished)
    async with Watch() as watch:
        await watch.follow([str(tmp_path)])
        first = len(calls)
        await watch.follow([str(tmp_path)])
        assert len(calls) == 2 * first


async def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    async with Watch() as watch:
        await watch.follow([str(tmp_path / "a.yaml")])
        await settled(watch)
        (tmp_path / "b.yaml").unlink()
        assert str(tmp_path / "b.yaml") in await told(watch)
