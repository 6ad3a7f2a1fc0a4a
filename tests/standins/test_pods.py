"""Stand-ins that come and go."""

import asyncio
import errno
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.verdict import Reason
from tests.standins.running import exchange, get, ports, standing_in, world


async def refused(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


async def until_refused(port: int) -> None:
    # Not at once: asyncio 3.11 forgets a connection that it accepts in the turn of the close.
    await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        while not await refused(port):  # noqa: ASYNC110 - a kernel's state has no event
            await asyncio.sleep(0.01)


async def test_pods_that_stay_keep_their_ports() -> None:
    async with standing_in(linger=0) as stand_ins:
        three = ports(await stand_ins.reconcile(world(3)))
        five = ports(await stand_ins.reconcile(world(5)))
        two = ports(await stand_ins.reconcile(world(2)))
        assert three.items() <= five.items()
        assert two.items() <= three.items()
        assert [len(found) for found in (three, five, two)] == [3, 5, 2]
        for name in three.keys() - two.keys():
            await until_refused(three[name])
        for name, port in two.items():
            assert (await get(port, "/"))[1] == f"Welcome! {name}\n".encode()


async def test_what_did_not_change_is_the_same() -> None:
    async with standing_in() as stand_ins:
        base = world(2)
        first = await stand_ins.reconcile(base)
        assert await stand_ins.reconcile(base) is first
        grown = Inventory(
            services={**base.services, **world(1, name="other").services},
            workloads=base.workloads,
        )
        second = await stand_ins.reconcile(grown)
        assert second.endpoint_slices is first.endpoint_slices
        assert second.workloads is base.workloads


async def test_a_request_under_way_ends_though_its_pod_goes() -> None:
    async with standing_in(linger=0) as stand_ins:
        ((name, port),) = ports(await stand_ins.reconcile(world(1))).items()
        slow = asyncio.create_task(get(port, "/__standin/delay/500ms"))
        await asyncio.sleep(0.1)
        await stand_ins.reconcile(world(0))
        await until_refused(port)
        assert not slow.done()
        assert (await slow)[1] == f"Welcome! {name}\n".encode()


async def test_grace_ends() -> None:
    async with standing_in(linger=0, grace=0.05) as stand_ins:
        (port,) = ports(await stand_ins.reconcile(world(1))).values()
        slow = asyncio.create_task(
            exchange(port, b"GET /__standin/delay/60s HTTP/1.1\r\nHost: x\r\n\r\n")
        )
        await asyncio.sleep(0.05)
        await stand_ins.reconcile(world(0))
        assert await asyncio.wait_for(slow, 5) == b""


async def test_a_pod_that_goes_still_accepts_until_the_news_is_out_and_may_come_back() -> None:
    async with standing_in(linger=30) as stand_ins:
        before = ports(await stand_ins.reconcile(world(2)))
        await stand_ins.reconcile(world(1))
        for port in before.values():
            assert not await refused(port)
        assert ports(await stand_ins.reconcile(world(2))) == before


async def test_close_is_quick_whatever_is_under_way() -> None:
    async with standing_in() as stand_ins:
        found = ports(await stand_ins.reconcile(world(3)))
        slow = [asyncio.create_task(get(port, "/__standin/delay/60s")) for port in found.values()]
        await asyncio.sleep(0.05)
        await stand_ins.reconcile(world(2))
        begin = time.monotonic()
        await stand_ins.close()
        assert time.monotonic() - begin < 1
        await asyncio.gather(*slow, return_exceptions=True)
        for port in found.values():
            assert await refused(port)


async def test_a_hundred_deployments_stand_quickly() -> None:
    worlds = [world(3, name=f"d{number}") for number in range(100)]
    together = Inventory(
        services={key: one for each in worlds for key, one in each.services.items()},
        workloads={key: one for each in worlds for key, one in each.workloads.items()},
    )
    async with standing_in() as stand_ins:
        begin = time.process_time()
        assert len(ports(await stand_ins.reconcile(together))) == 300
        assert time.process_time() - begin < 0.5


@contextmanager
def open_files_at_most(limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_too_many_pods_are_told_and_started_once_there_is_room() -> None:
    async with standing_in() as stand_ins:
        base = world(300)
        with open_files_at_most(150):
            made = await stand_ins.reconcile(base)
        assert 0 < len(ports(made)) < 150
        assert {said.reason for said in made.verdicts} == {Reason.INVALID_ENDPOINT}
        assert "ulimit" in made.verdicts[0].mend
        made = await stand_ins.reconcile(base)
        assert len(ports(made)) == 300
        assert made.verdicts == ()


async def test_other_errors_of_the_kernel_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EADDRNOTAVAIL, "no address")

    async with standing_in() as stand_ins:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "create_server", failing)
            made = await stand_ins.reconcile(world(1))
        (said,) = made.verdicts
        assert "no address" in said.message
        assert list(made.endpoint_slices) == [
            ObjectKey("default", "web." + said.message.split()[2])
        ]
