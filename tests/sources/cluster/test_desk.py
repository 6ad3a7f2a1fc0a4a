import asyncio
from contextlib import aclosing

import msgspec
import pytest

from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.model.objects import Secret, Service
from ingress.sources.cluster.desk import Desk
from ingress.sources.fold import Coming, Drop, Put

KEY = ObjectKey("shop", "web")
WEB = msgspec.convert({"metadata": {"name": "web", "namespace": "shop"}}, Service)


async def soon(inventories):
    return await asyncio.wait_for(anext(inventories), 20)


async def test_nothing_leaves_before_all_is_in():
    desk = Desk(["a", "b"])
    async with aclosing(desk.inventories()) as inventories:
        waiting = asyncio.create_task(soon(inventories))
        desk.bring([Put("services", KEY, WEB)])
        desk.is_in("a")
        await asyncio.sleep(0)
        assert desk.outstanding == {"b"}
        assert not waiting.done()
        desk.is_in("b")
        assert (await waiting).services == {KEY: WEB}


async def test_what_is_coming_can_be_read_ahead_and_is_no_inventory():
    desk = Desk(["a"])
    secret = msgspec.convert({"metadata": {"name": "web", "namespace": "shop"}}, Secret)
    async with aclosing(desk.inventories()) as inventories:
        desk.bring([Coming("services", {KEY: WEB})])
        waiting = asyncio.create_task(soon(inventories))
        await asyncio.sleep(0)
        assert not waiting.done(), "of a Service nothing can be said by itself"
        desk.bring([Coming("secrets", {KEY: secret})])
        partial = await waiting
        assert isinstance(partial, Partial)
        assert partial == Partial(secrets={KEY: secret})
        desk.bring([Coming("secrets", {KEY: secret})])
        desk.is_in("a")
        whole = await soon(inventories)
        assert whole == Inventory()
        desk.bring([Coming("secrets", {KEY: secret})])
        desk.bring([Put("services", KEY, WEB)])
        assert (await soon(inventories)).services == {KEY: WEB}


async def test_what_comes_together_is_one_change_and_what_changes_nothing_is_none():
    desk = Desk([])
    async with aclosing(desk.inventories()) as inventories:
        desk.bring([Put("services", KEY, WEB)])
        desk.bring([Drop("services", KEY), Put("services", KEY, WEB)])
        first = await soon(inventories)
        waiting = asyncio.create_task(soon(inventories))
        desk.bring([Put("services", KEY, WEB)])
        await asyncio.sleep(0)
        assert desk.inventory is first
        assert not waiting.done()
        desk.bring([Drop("services", KEY)])
        assert (await waiting).services == {}


async def test_an_empty_cluster_is_an_inventory_too():
    desk = Desk(["a"])
    async with aclosing(desk.inventories()) as inventories:
        desk.is_in("a")
        assert (await soon(inventories)).services == {}


async def test_who_gives_up_is_heard():
    desk = Desk(["a"])
    async with aclosing(desk.inventories()) as inventories:
        desk.give_up(RuntimeError("a bug"))
        with pytest.raises(RuntimeError, match="a bug"):
            await soon(inventories)
