"""The source: real files, read and read again."""

import asyncio
import io
import os
import threading
import time
from pathlib import Path

from ingress.model.finding import Location
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.sources.manifests import Manifests
from tests.sources.manifests.changing import changing, hosts, ingress


def reasons(inventory: Inventory) -> list[Reason]:
    return [said.reason for said in inventory.verdicts]


def test_reading_again_without_a_change_is_the_same_inventory(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ingress("a", "a.com"))
    (tmp_path / "b.yaml").write_text(ingress("b", "b.com"))
    source = Manifests([tmp_path])
    first = source.read()
    assert source.read() is first
    (tmp_path / "b.yaml").write_text(ingress("b", "c.com"))
    second = source.read()
    key = ObjectKey("default", "a")
    assert hosts(second) == {"a": "a.com", "b": "c.com"}
    assert second.ingresses[key] is first.ingresses[key]
    assert second.services is first.services


def test_stdin_is_read_once_and_has_lines() -> None:
    text = ingress("a", "a.com") + "  nothing: 1\n"
    source = Manifests(["-"], namespace="shop", stdin=io.BytesIO(text.encode()))
    inventory = source.read()
    assert source.read() is inventory
    (said,) = inventory.verdicts
    assert said.subject == ObjectRef("Ingress", "shop", "a")
    assert source.locate(said) == Location("<stdin>", 8)


def test_locate(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("# c\n---\n" + ingress("a", "a.com") + "---\na: b: c\n")
    source = Manifests([str(file), "missing.yaml"])
    missing, broken = source.read().verdicts
    assert source.locate(missing) == Location("missing.yaml", None)
    assert source.locate(broken) == Location(str(file), 11)
    about = verdict(
        ObjectRef("Ingress", "default", "a"),
        Reason.INVALID_HOST,
        message="",
        mend="",
        field=("spec", "rules", 0, "host", "beyond"),
    )
    assert source.locate(about) == Location(str(file), 9)
    unknown = verdict(ObjectRef("Ingress", "x", "y"), Reason.NO_RULES, message="", mend="")
    assert source.locate(unknown) is None


def test_a_file_reached_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ingress("a", "a.com"))
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    assert Manifests([tmp_path, tmp_path / "a.yaml"]).read().verdicts == ()


def test_a_file_that_turns_unreadable_keeps_what_it_held(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(ingress("a", "a.com"))
    source = Manifests([tmp_path])
    first = source.read()
    file.write_bytes(b"\xff\xfe")
    second = source.read()
    assert second.ingresses is first.ingresses
    assert reasons(second) == [Reason.UNREADABLE_FILE]
    file.unlink()
    assert source.read() == Inventory()


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(ingress("a", "a.com"),))
    writer.start()
    source = Manifests([pipe])
    first = source.read()
    writer.join()
    assert hosts(first) == {"a": "a.com"}
    assert source.read() is first


async def test_edits_come_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(ingress("a", "0.com"))
    async with changing(Manifests([tmp_path])) as latest:
        await latest.until(hosts)
        took = []
        for number in range(1, 8):
            wanted = {"a": f"{number}.com"}
            begin = time.monotonic()
            file.write_text(ingress("a", f"{number}.com"))
            await latest.until(lambda now, wanted=wanted: hosts(now) == wanted)
            took.append(time.monotonic() - begin)
    assert sorted(took)[3] < 0.1


async def test_everything_that_editors_and_kubernetes_do(tmp_path: Path) -> None:
    root, outside = tmp_path / "manifests", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "far.yaml").write_text(ingress("far", "far.com"))
    async with changing(Manifests([root])) as latest:
        await latest.until(lambda now: hosts(now) == {})
        (root / ".a.swp").write_text(ingress("a", "a.com"))
        (root / ".a.swp").replace(root / "a.yaml")
        await latest.until(lambda now: hosts(now) == {"a": "a.com"})
        (root / "x" / "y").mkdir(parents=True)
        (root / "x" / "y" / "b.yaml").write_text(ingress("b", "b.com"))
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "b": "b.com"})
        (root / "x").rename(outside / "x")
        await latest.until(lambda now: hosts(now) == {"a": "a.com"})
        (outside / "x").rename(root / "z")
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "b": "b.com"})
        (root / "z" / "y" / "b.yaml").write_text(ingress("b", "c.com"))
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "b": "c.com"})
        (root / "z" / "y" / "b.yaml").unlink()
        await latest.until(lambda now: hosts(now) == {"a": "a.com"})
        (root / "far.yaml").symlink_to(outside / "far.yaml")
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "far": "far.com"})
        (outside / "far.yaml").write_text(ingress("far", "near.com"))
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "far": "near.com"})


async def test_a_config_map_is_swapped(tmp_path: Path) -> None:
    def publish(version: str) -> None:
        folder = tmp_path / f"..{version}"
        folder.mkdir()
        (folder / "a.yaml").write_text(ingress("a", f"{version}.com"))
        (tmp_path / "..tmp").symlink_to(folder.name)
        (tmp_path / "..tmp").replace(tmp_path / "..data")

    publish("v1")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    whole, single = Manifests([tmp_path]), Manifests([tmp_path / "a.yaml"])
    async with changing(whole) as folder, changing(single) as file:
        for latest in (folder, file):
            await latest.until(lambda now: hosts(now) == {"a": "v1.com"})
        publish("v2")
        for latest in (folder, file):
            await latest.until(lambda now: hosts(now) == {"a": "v2.com"})


async def test_paths_may_come_and_go(tmp_path: Path) -> None:
    root, single = tmp_path / "root", tmp_path / "a" / "single.yaml"
    async with changing(Manifests([root, single])) as latest:
        await latest.until(lambda now: reasons(now) == [Reason.UNREADABLE_FILE] * 2)
        root.mkdir()
        (root / "b.yaml").write_text(ingress("b", "b.com"))
        await latest.until(lambda now: hosts(now) == {"b": "b.com"})
        single.parent.mkdir()
        single.write_text(ingress("a", "a.com"))
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "b": "b.com"})
        root.rename(tmp_path / "away")
        await latest.until(lambda now: hosts(now) == {"a": "a.com"})
        root.mkdir()
        (root / "b.yaml").write_text(ingress("b", "c.com"))
        await latest.until(lambda now: hosts(now) == {"a": "a.com", "b": "c.com"})


async def test_a_file_that_breaks_keeps_serving_and_one_that_is_emptied_does_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(ingress("a", "a.com"))
    async with changing(Manifests([tmp_path])) as latest:
        await latest.until(lambda now: hosts(now) == {"a": "a.com"})
        file.write_text("a: b: c")
        broken = await latest.until(lambda now: reasons(now) == [Reason.INVALID_YAML])
        assert hosts(broken) == {"a": "a.com"}
        file.write_text(ingress("a", "b.com"))
        await latest.until(lambda now: hosts(now) == {"a": "b.com"})
        file.write_text("")
        await latest.until(lambda now: hosts(now) == {})


async def test_a_reader_that_empties_and_writes_is_never_seen_empty(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(ingress("a", "0.com"))
    async with changing(Manifests([tmp_path])) as latest:
        await latest.until(hosts)
        seen: list[Inventory] = []
        for number in range(1, 6):
            file.write_text("")
            await asyncio.sleep(0.02)  # as slow as a program may be that begins with `> file`
            file.write_text(ingress("a", f"{number}.com"))
            wanted = {"a": f"{number}.com"}
            seen.append(await latest.until(lambda now, wanted=wanted: hosts(now) in ({}, wanted)))
        assert all(hosts(inventory) for inventory in seen)


async def test_reread(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(ingress("a", "a.com"))
    source = Manifests([tmp_path])
    async with changing(source) as latest:
        await latest.until(hosts)
        source.reread()
        file.write_text(ingress("a", "b.com"))
        await latest.until(lambda now: hosts(now) == {"a": "b.com"})


async def test_it_stops_at_once_and_leaves_no_task(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    generator = Manifests([tmp_path]).inventories()
    await anext(generator)
    waiting = asyncio.ensure_future(anext(generator))
    await asyncio.sleep(0)
    begin = time.monotonic()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await generator.aclose()
    assert time.monotonic() - begin < 1
    assert asyncio.all_tasks() == before


def test_thousands_of_objects(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number}.yaml").write_text(ingress(f"i{number}", f"h{number}.com"))
    source = Manifests([tmp_path])
    begin = time.process_time()
    first = source.read()
    cold = time.process_time() - begin
    (tmp_path / "7.yaml").write_text(ingress("i7", "other.com"))
    begin = time.process_time()
    second = source.read()
    warm = time.process_time() - begin
    assert len(first.ingresses) == 2000
    changed = [key for key in first.ingresses if first.ingresses[key] is not second.ingresses[key]]
    assert changed == [ObjectKey("default", "i7")]
    assert warm < cold / 4
