"""What goes wrong between us and an API server: nothing is lost, and nothing half-read is shown."""

import asyncio
import logging

import pytest
from aiohttp import web
from cluster.controltier import control_tier as bring_up
from cluster.faults import Faults
from cluster.following import following, has, key, keys
from cluster.machine import no_control_tier
from cluster.manifests import service

REFUSALS = {
    429: {"Retry-After": "1"},
    500: {},
    503: {},
}


async def applied(tier, *objects) -> None:
    await asyncio.to_thread(tier.apply, *objects)


def named(namespace: str, *names: str) -> list[dict]:
    return [service(name, namespace=namespace, target=1) for name in names]


async def deleted(tier, namespace: str, name: str) -> None:
    await asyncio.to_thread(tier.kubectl, "delete", f"service/{name}", "-n", namespace)


@pytest.fixture
async def faults(control_tier):
    kubeconfig = await asyncio.to_thread(control_tier.open_door)
    async with Faults(kubeconfig).open() as faults:
        yield faults


async def test_a_watch_that_hangs_is_noticed(control_tier, namespace, faults):
    """The connections stay open, and nothing comes of them any longer."""
    await applied(control_tier, *named(namespace, "a"))
    async with following(faults.kubeconfig, namespace, idle=1.0) as seen:
        await seen.until(has(namespace, services=["a"]))
        faults.fall_silent()
        await applied(control_tier, *named(namespace, "b"))
        await deleted(control_tier, namespace, "a")
        await seen.until(has(namespace, services=["b"]))
    assert all(keys(it.services, namespace) for it in seen.all)


@pytest.mark.parametrize("status", REFUSALS)
async def test_an_api_server_in_trouble_is_waited_for(control_tier, namespace, faults, status):
    refused = 0

    def trouble(_: web.Request) -> web.Response | None:
        nonlocal refused
        if refused >= 20:
            return None
        refused += 1
        return web.Response(status=status, headers=REFUSALS[status], text="in trouble")

    await applied(control_tier, *named(namespace, "a"))
    async with following(faults.kubeconfig, namespace, idle=1.0) as seen:
        await seen.until(has(namespace, services=["a"]))
        faults.fault = trouble
        faults.fall_silent()
        await applied(control_tier, *named(namespace, "b"))
        await seen.until(has(namespace, services=["a", "b"]))
    assert all("a" in keys(it.services, namespace) for it in seen.all)


async def test_an_api_server_without_streamed_lists_is_read_in_pages(
    control_tier, namespace, faults
):
    """As 1.31 refuses, where the feature gate is off."""

    def old(request: web.Request) -> web.Response | None:
        if "sendInitialEvents" not in request.query:
            return None
        text = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is on"
        return web.json_response({"code": 422, "message": text}, status=422)

    faults.fault = old
    names = [f"s-{n}" for n in range(12)]
    await applied(control_tier, *named(namespace, *names))
    async with following(faults.kubeconfig, namespace) as seen:
        await seen.until(has(namespace, services=sorted(names)))
        await deleted(control_tier, namespace, "s-3")
        await seen.until(has(namespace, services=sorted(set(names) - {"s-3"})))
    assert any("limit=500" in target for target in faults.asked)


async def test_lists_that_break_off_are_never_shown(control_tier, namespace, faults):
    """Each list is cut once: before its end, and after some of it came."""
    cut: set[str] = set()

    def cuts(request: web.Request) -> web.Response | None:
        if "sendInitialEvents" in request.query and request.path not in cut:
            cut.add(request.path)
            line = b'{"type":"ADDED","object":{"metadata":{"name":"half","namespace":"%s"}}}\n'
            return web.Response(body=line % namespace.encode())
        return None

    faults.fault = cuts
    await applied(control_tier, *named(namespace, "a"))
    async with following(faults.kubeconfig, namespace) as seen:
        await seen.until(has(namespace, services=["a"]))
    assert len(cut) == 5
    assert all(keys(it.services, namespace) == ["a"] for it in seen.all)


@pytest.fixture
def own_tier():
    """A control tier that may be harmed."""
    if reason := no_control_tier():
        pytest.skip(reason)
    with bring_up() as tier:
        yield tier


async def test_it_outlives_the_api_server_and_what_etcd_forgets(own_tier, caplog):
    """Stopped, compacted, started again: a watch from before gets 410, and all is listed anew."""
    caplog.set_level(logging.INFO)
    await asyncio.to_thread(own_tier.kubectl, "create", "namespace", "shop")
    await applied(own_tier, *named("shop", "a", "b"))
    kubeconfig = await asyncio.to_thread(own_tier.open_door)
    async with Faults(kubeconfig).open() as faults, following(faults.kubeconfig) as seen:
        before = await seen.until(has("shop", services=["a", "b"]))
        faults.fall_silent()
        await applied(own_tier, *named("shop", "c"))
        await deleted(own_tier, "shop", "a")
        await asyncio.to_thread(own_tier.stop_api_server)
        await asyncio.to_thread(own_tier.compact)
        await asyncio.to_thread(own_tier.start_api_server)
        after = await seen.until(has("shop", services=["b", "c"]))
        assert "services are listed again, since their history is gone: 410" in caplog.text
        (kept,) = [it for it in before.services if it == key("shop", "b")]
        assert after.services[kept] is before.services[kept]
    assert all("b" in keys(it.services, "shop") for it in seen.all)
