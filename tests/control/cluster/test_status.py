import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from cluster.controltier import NODE
from cluster.faults import Faults
from cluster.manifests import deployment, service
from control.cluster.world import until

from ingress.control.cluster.newest import Newest
from ingress.control.cluster.status import AT_ONCE, StatusWriter
from ingress.settings import WritingSettings
from ingress.sources.cluster.api import connected

ADDRESSES = WritingSettings(publish_addresses=("192.0.2.1", "lb.example.com"))
SHOWN = ["192.0.2.1", "lb.example.com"]


class Writing:
    """A StatusWriter that runs, with the newest Build of a world."""

    def __init__(self, world, settings, pod="pod-0") -> None:
        self.world = world
        self.builds = Newest()
        self.writer = StatusWriter(world.api, settings, pod=pod, builds=self.builds)

    async def read(self) -> None:
        self.builds.put(await self.world.build())

    async def shows(self, name, expected, *, within=30.0) -> None:
        async def does() -> bool:
            await self.read()
            return await self.world.addresses(name) == expected

        await until(does, f"{name} shows {expected}", within=within)


@asynccontextmanager
async def writing(world, settings=ADDRESSES, **more):
    running = Writing(world, settings, **more)
    task = asyncio.create_task(running.writer.run())
    await running.read()
    try:
        yield running
    finally:
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled(), task.exception()


def but_for_status(found):
    metadata = {
        name: value
        for name, value in found["metadata"].items()
        if name not in {"resourceVersion", "managedFields"}
    }
    return {**found, "metadata": metadata, "status": None}


async def test_ours_get_the_addresses_and_nothing_else_is_touched(world):
    foreign = world.ingress("foreign", host="b.test")
    foreign["spec"]["ingressClassName"] = "nginx"
    await world.apply(world.ingress(annotations={"x/y": "z"}, labels={"a": "b"}), foreign)
    before = await world.get("ingress", "web")
    async with writing(world) as running:
        await running.shows("web", SHOWN)
    assert "  192.0.2.1,lb.example.com  " in await world.kubectl("get", "ingress", "web")
    assert but_for_status(await world.get("ingress", "web")) == but_for_status(before)
    assert await world.addresses("foreign") == []


async def test_what_is_right_is_not_written_again(world):
    await world.apply(world.ingress())
    async with writing(world) as running:
        await running.shows("web", SHOWN)
        version = (await world.get("ingress", "web"))["metadata"]["resourceVersion"]
        await world.apply(world.ingress("b", host="b.test"))
        await running.shows("b", SHOWN)
    async with writing(world) as another:
        await world.apply(world.ingress("c", host="c.test"))
        await another.shows("c", SHOWN)
    assert (await world.get("ingress", "web"))["metadata"]["resourceVersion"] == version


async def test_others_who_write_meanwhile_are_no_conflict(world):
    await world.apply(world.ingress())
    async with writing(world) as running:
        stale = await world.build()

        async def annotate(number: int) -> None:
            await world.kubectl("annotate", "ingress", "web", f"n{number}=x")

        for first in range(0, 12, 4):
            await asyncio.gather(*map(annotate, range(first, first + 4)))
            running.builds.put(stale)
        await until(lambda: _shows(world, SHOWN), "the status")
    assert len((await world.get("ingress", "web"))["metadata"]["annotations"]) >= 12


async def _shows(world, expected) -> bool:
    return await world.addresses("web") == expected


async def test_one_that_went_meanwhile_is_not_made_and_its_namesake_not_meant(world, caplog):
    await world.apply(world.ingress(), world.ingress("other", host="b.test"))
    stale = await world.build()
    await world.kubectl("delete", "ingress", "web", "other")
    await world.apply(world.ingress())
    running = Writing(world, ADDRESSES)
    running.builds.put(stale)
    task = asyncio.create_task(running.writer.run())
    await world.apply(world.ingress("last", host="c.test"))
    await running.shows("last", SHOWN)
    task.cancel()
    names = (await world.kubectl("get", "ingress", "-o", "name")).split()
    assert "ingress.networking.k8s.io/other" not in names
    assert caplog.text == ""


async def test_addresses_of_another_are_replaced_and_only_ours_are_taken_back(world):
    await world.apply(world.ingress(), world.ingress("b", host="b.test"))
    theirs = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.1"}]}}})
    words = ("patch", "ingress", "--subresource=status", "--type=merge", "-p", theirs)
    await world.kubectl(*words, "web")
    async with writing(world) as running:
        await running.shows("web", SHOWN)
        await running.shows("b", SHOWN)
    await world.kubectl(*words, "b")
    await running.read()
    await running.writer.clear()
    assert await world.addresses("web") == []
    assert await world.addresses("b") == ["198.51.100.1"]


async def test_the_address_of_a_load_balancer_comes_when_it_comes(world):
    await world.apply(
        world.ingress(),
        service("front", namespace=world.namespace, target=80, type="LoadBalancer"),
    )
    settings = WritingSettings(publish_service=world.key("front"))
    async with writing(world, settings) as running:
        status = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}})
        words = ("patch", "service", "front", "--subresource=status", "--type=merge", "-p", status)
        assert await world.addresses("web") == []
        await world.kubectl(*words)
        await running.shows("web", ["192.0.2.7"])


async def test_a_node_port_shows_the_nodes_that_run_our_pods(world, control_tier):
    node = control_tier.get("node", NODE)
    wanted = {one["type"]: one["address"] for one in node["status"]["addresses"]}
    await world.apply(
        world.ingress(), service("front", namespace=world.namespace, target=80, type="NodePort")
    )
    settings = WritingSettings(publish_service=world.key("front"))
    async with writing(world, settings) as running:
        await until(lambda: running.writer._looked > 0, "it looked")
        assert await world.addresses("web") == [], "no pod is ready: nothing is known yet"
        await world.apply(deployment("front", namespace=world.namespace, replicas=2))
        await running.shows("web", [wanted.get("ExternalIP") or wanted["InternalIP"]])


async def test_the_status_is_cleared_only_by_the_last_pod(world):
    await world.apply(
        world.ingress(),
        deployment("front", namespace=world.namespace, replicas=1),
        service("front", namespace=world.namespace, target=80, externalIPs=["192.0.2.8"]),
    )
    settings = WritingSettings(publish_service=world.key("front"), clear_status=True)

    async def pod() -> str:
        listed = await world.get("pods", "--selector=app=front")
        return listed["items"][0]["metadata"]["name"] if listed["items"] else ""

    mine = await until(pod, "a pod")
    async with writing(world, settings) as running:
        await running.shows("web", ["192.0.2.8"])

        async def ready() -> bool:
            slices = await world.get(
                "endpointslices", "--selector=kubernetes.io/service-name=front"
            )
            return any(one["endpoints"] for one in slices["items"])

        await until(ready, "the pod is behind the Service")
    for name, left in (("another", ["192.0.2.8"]), (mine, [])):
        ending = Writing(world, settings, pod=name)
        await ending.read()
        await ending.writer.clear()
        assert await world.addresses("web") == left


async def test_a_service_that_is_not_there_leaves_all_as_it_is(world, caplog):
    await world.apply(world.ingress())
    async with writing(world) as running:
        await running.shows("web", SHOWN)
    async with writing(world, WritingSettings(publish_service=world.key("gone"))):
        await until(lambda: caplog.records, "a complaint")
    assert "our addresses: 404 NotFound" in caplog.text
    assert await world.addresses("web") == SHOWN


@pytest.fixture
async def faults(kubeconfig):
    async with Faults(kubeconfig).open() as faults:
        yield faults


async def test_a_server_that_has_enough_is_left_alone(world, faults, caplog):
    names = [f"n{number}" for number in range(3 * AT_ONCE)]
    await world.apply(*(world.ingress(name, host=f"{name}.test") for name in names))
    refused = []

    def too_many(request: web.Request) -> web.Response | None:
        if request.method != "PATCH" or len(refused) >= AT_ONCE:
            return None
        refused.append(request.path)
        return web.Response(status=429, headers={"Retry-After": "1"})

    faults.fault = too_many
    async with connected(kubeconfig=str(faults.kubeconfig)) as world.api, writing(world) as running:
        await until(lambda: "429" in caplog.text, "a complaint")
        assert sum("/status" in asked for asked in faults.asked) == AT_ONCE
        for name in names:
            await running.shows(name, SHOWN)


@pytest.mark.parametrize("count", [40])
async def test_many_are_written_side_by_side(world, count):
    await world.apply(*(world.ingress(f"n{i}", host=f"n{i}.test") for i in range(count)))
    async with writing(world) as running:
        for i in (0, count // 2, count - 1):
            await running.shows(f"n{i}", SHOWN)
