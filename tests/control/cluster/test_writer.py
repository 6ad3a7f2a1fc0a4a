import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from functools import partial

from control.cluster.world import until

from ingress.control.cluster.writer import ClusterWriter
from ingress.settings import WritingSettings
from ingress.sources.cluster.api import connected


class Replica:
    """A ClusterWriter that runs in a world."""

    def __init__(self, world, kubeconfig, name, **settings) -> None:
        written = WritingSettings(
            publish_addresses=("192.0.2.1",),
            pod_name=name,
            pod_namespace=world.namespace,
            **settings,
        )
        self.writer = ClusterWriter(written, partial(connected, kubeconfig=str(kubeconfig)))
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(self.writer.run(self.stop), name=name)


@asynccontextmanager
async def replica(world, kubeconfig, name="pod-0", **settings):
    running = Replica(world, kubeconfig, name, **settings)
    running.writer.report(await world.build())
    try:
        yield running
    finally:
        running.task.cancel()
        with suppress(asyncio.CancelledError):
            await running.task


async def holder(world) -> str:
    found = await world.kubectl(
        *("get", "lease", "aiohttp-ingress-leader", "--ignore-not-found"),
        *("-o", "jsonpath={.spec.holderIdentity}"),
    )
    return found.partition("_")[0]


async def shows(world, *expected) -> bool:
    return await world.addresses("web") == list(expected)


async def test_a_replica_writes_status_and_events_and_lets_go_at_the_end(world, kubeconfig, caplog):
    caplog.set_level(logging.INFO)
    await world.apply(world.ingress())
    async with replica(world, kubeconfig) as running:
        await until(lambda: shows(world, "192.0.2.1"), "the status")
        await until(lambda: world.kubectl("get", "events.events.k8s.io", "-o", "name"), "the Event")
        assert await holder(world) == "pod-0"
        running.stop.set()
        await until(lambda: _is_free(world), "the Lease is let go of")
        assert not running.task.done(), "reviews are answered until it is cancelled"
    assert await shows(world, "192.0.2.1")
    assert "died" not in caplog.text


async def _is_free(world) -> bool:
    return await holder(world) == ""


async def test_of_two_one_writes_and_the_other_takes_over(world, kubeconfig):
    await world.apply(world.ingress())
    async with replica(world, kubeconfig, "pod-0") as first:
        await until(lambda: shows(world, "192.0.2.1"), "the status")
        async with replica(world, kubeconfig, "pod-1") as second:
            version = (await world.get("ingress", "web"))["metadata"]["resourceVersion"]
            first.stop.set()
            await until(lambda: _holds(world, "pod-1"), "it takes over", within=5.0)
            await world.apply(world.ingress("b", host="b.test"))
            second.writer.report(await world.build())
            await until(lambda: _is_shown(world, "b"), "and writes")
            assert (await world.get("ingress", "web"))["metadata"]["resourceVersion"] == version


async def _holds(world, name) -> bool:
    return await holder(world) == name


async def _is_shown(world, name) -> bool:
    return await world.addresses(name) == ["192.0.2.1"]


async def test_the_status_is_cleared_before_it_ends_even_if_it_is_cancelled_at_once(
    world, kubeconfig
):
    await world.apply(world.ingress())
    async with replica(world, kubeconfig, clear_status=True):
        await until(lambda: shows(world, "192.0.2.1"), "the status")
    assert await shows(world)
    assert await _is_free(world)
