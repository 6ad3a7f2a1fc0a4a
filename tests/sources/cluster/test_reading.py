"""All kinds together, and who asks for Secrets by name, where an API server is made to refuse."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from aiohttp import web
from sources.cluster.objects import CLASS, ingress, secret
from sources.cluster.server import (
    Server,
    bookmark,
    event,
    in_turn,
    refuses,
    returns,
    says,
    service,
)

from ingress.model.inventory import Inventory, ObjectKey
from ingress.sources.cluster.patience import Tempo
from ingress.sources.cluster.reading import Reading

WHOLE = bookmark("5", whole=True)


class Cluster:
    """Answers each path by its last word; what is not there is an empty list, or 404."""

    def __init__(self, server: Server) -> None:
        self.answers = {}
        self.server = server
        server.answer = self.answer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        *_, before, last = request.path.split("/")
        if before == "secrets":
            return await self.answers.get(last, refuses(404))(request)
        return await self.answers.get(last, says(WHOLE, hangs=True))(request)

    @asynccontextmanager
    async def read(self, *namespaces: str, turn: float = 20) -> AsyncIterator[AsyncIterator]:
        tempo = Tempo(idle=20, turn=turn)
        async with self.server.api() as api:
            secrets = [ObjectKey("shop", "always")]
            reading = Reading(api, namespaces=namespaces, secrets=secrets, tempo=tempo)
            async with reading, aclosing(reading.inventories()) as inventories:
                self.reading = reading
                yield inventories


@pytest.fixture
def cluster(server):
    return Cluster(server)


async def until(inventories, condition) -> Inventory:
    async with asyncio.timeout(20):
        async for inventory in inventories:
            if condition(inventory):
                return inventory
    raise AssertionError


def names(table) -> list[str]:
    return [str(key) for key in table]


async def test_the_first_inventory_has_every_list_and_every_secret_that_is_named(cluster):
    cluster.answers = {
        "ingressclasses": says(event("ADDED", CLASS), WHOLE, hangs=True),
        "ingresses": says(event("ADDED", ingress("web", "opaque")), WHOLE, hangs=True),
        "services": says(event("ADDED", service("web", "3")), WHOLE, hangs=True),
        "opaque": returns(secret("opaque")),
        "always": returns(secret("always")),
    }
    async with cluster.read() as inventories:
        inventory = await until(inventories, lambda _: True)
    assert names(inventory.ingress_classes) == ["aiohttp"]
    assert names(inventory.ingresses) == ["shop/web"]
    assert names(inventory.services) == ["shop/web"]
    assert names(inventory.secrets) == ["shop/always", "shop/opaque"]
    assert inventory.verdicts == ()


async def test_a_secret_that_is_named_for_the_first_time_is_asked_for_at_once(cluster):
    named = asyncio.Event()

    async def ingresses(request: web.Request) -> web.StreamResponse:
        stream = await says(WHOLE)(request)
        await named.wait()
        line = event("ADDED", ingress("web", "opaque", version="9"))
        await stream.write(f"{json.dumps(line)}\n".encode())
        await asyncio.Event().wait()
        return stream

    cluster.answers = {"ingresses": ingresses, "opaque": returns(secret("opaque"))}
    async with cluster.read() as inventories:
        await until(inventories, lambda _: True)
        named.set()
        await until(inventories, lambda it: names(it.secrets) == ["shop/opaque"])


async def test_secrets_are_asked_for_again_and_forgotten_when_nobody_names_them(cluster):
    nobody = asyncio.Event()

    async def ingresses(request: web.Request) -> web.StreamResponse:
        stream = await says(event("ADDED", ingress("web", "opaque")), WHOLE)(request)
        await nobody.wait()
        line = event("MODIFIED", ingress("web", version="9"))
        await stream.write(f"{json.dumps(line)}\n".encode())
        await asyncio.Event().wait()
        return stream

    cluster.answers = {
        "ingresses": ingresses,
        "opaque": in_turn(
            returns(secret("opaque")),
            *[returns(secret("opaque", crt="bmV3"))] * 99,
        ),
    }
    async with cluster.read(turn=0.02) as inventories:
        first = await until(inventories, lambda _: True)
        (before,) = first.secrets.values()
        (after,) = (await until(inventories, lambda it: it is not first)).secrets.values()
        assert before.data != after.data
        nobody.set()
        await until(inventories, lambda it: names(it.secrets) == [])


async def test_where_secrets_may_not_be_listed_each_is_asked_for_by_name(cluster):
    cluster.answers = {
        "ingresses": says(event("ADDED", ingress("web", "tls")), WHOLE, hangs=True),
        "secrets": refuses(403, "you cannot"),
        "tls": returns(secret("tls", type="kubernetes.io/tls")),
    }
    async with cluster.read("shop") as inventories:
        inventory = await until(inventories, lambda _: True)
    assert names(inventory.secrets) == ["shop/tls"]
    assert [str(it.subject) for it in inventory.verdicts] == ["Secret shop/*"]


async def test_a_list_of_secrets_takes_none_away_that_was_asked_for_by_name(cluster):
    listed = event("ADDED", secret("tls", type="kubernetes.io/tls"))
    cluster.answers = {
        "ingresses": says(event("ADDED", ingress("web", "tls", "opaque")), WHOLE, hangs=True),
        "secrets": says(listed, WHOLE, hangs=True),
        "opaque": returns(secret("opaque")),
    }
    async with cluster.read() as inventories:
        inventory = await until(inventories, lambda _: True)
        assert names(inventory.secrets) == ["shop/tls", "shop/opaque"]
        cluster.answers["secrets"] = says(WHOLE, hangs=True)
        cluster.reading.begin_again()
        inventory = await until(inventories, lambda it: len(it.secrets) == 1)
        assert names(inventory.secrets) == ["shop/opaque"]


async def test_classes_may_be_refused_where_only_some_namespaces_are_read(cluster):
    cluster.answers = {"ingressclasses": refuses(403, "you cannot")}
    async with cluster.read("shop", "other") as inventories:
        inventory = await until(inventories, lambda _: True)
    (verdict,) = inventory.verdicts
    assert "--ingress-class" in verdict.message


async def test_where_all_is_read_they_must_be_granted(cluster):
    cluster.answers = {
        "ingressclasses": in_turn(refuses(403), says(event("ADDED", CLASS), WHOLE, hangs=True))
    }
    async with cluster.read() as inventories:
        inventory = await until(inventories, lambda _: True)
    assert names(inventory.ingress_classes) == ["aiohttp"]
    assert inventory.verdicts == ()
