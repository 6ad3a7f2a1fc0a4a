"""Lists as streams and in pages, and the watches that go on from them."""

from contextlib import aclosing, suppress

import pytest
from sources.cluster.server import bookmark, event, in_turn, page, refuses, returns, says, service

from ingress.model.inventory import ObjectKey
from ingress.sources.cluster.api import ApiError, ApiUnreachable
from ingress.sources.cluster.kinds import INGRESS_CLASSES, SECRETS, SERVICES
from ingress.sources.cluster.listing import Scope, paged, scopes, streamed, watched
from ingress.sources.cluster.messages import Reader
from ingress.sources.fold import Coming, Drop, Put, Say, Swap

SHOP = Scope(SERVICES, "shop")


async def gathered(way):
    async with aclosing(way) as several:
        return [event async for events in several for event in events]


def names(swap):
    assert isinstance(swap, Swap)
    return [key.name for key in swap.objects]


def test_scopes():
    assert [str(scope) for scope in scopes(())] == [
        *("ingressclasses", "ingresses", "services", "endpointslices", "secrets"),
    ]
    some = list(scopes(("a", "b")))
    assert Scope(INGRESS_CLASSES) in some
    assert Scope(SECRETS, "a") in some
    assert len(some) == 9
    assert str(some[-1]) == "secrets in b"


async def test_a_streamed_list_is_one_event_and_goes_on_as_a_watch(server):
    server.answer = says(
        event("ADDED", service("a", "3")),
        event("ADDED", service("b", "4")),
        event("ADDED", service("bad", "4", port="x")),
        event("DELETED", service("a", "5")),
        bookmark("6", whole=True),
        event("MODIFIED", service("b", "7", port=81)),
        bookmark("8"),
    )
    reader = Reader(SERVICES)
    async with server.api() as api:
        way = streamed(api, SHOP, reader, query={"watch": "1"}, idle_seconds=20)
        *coming, first, remark, change = await gathered(way)
    assert names(first) == ["b"]
    assert all(
        isinstance(it, Coming) and it.objects.keys() >= first.objects.keys() for it in coming
    )
    assert (first.table, first.namespace) == ("services", "shop")
    assert isinstance(remark, Say)
    assert isinstance(change, Put)
    assert reader.version == "8"
    query = server.asked[0].query
    assert (query["sendInitialEvents"], query["resourceVersionMatch"]) == ("true", "NotOlderThan")
    assert query["watch"] == "1"


@pytest.mark.parametrize("cut", [says(event("ADDED", service("a", "3"))), refuses(500)])
async def test_a_streamed_list_that_is_cut_short_is_none(server, cut):
    server.answer = cut
    reader = Reader(SERVICES)
    async with server.api() as api:
        way = streamed(api, SHOP, reader, query={}, idle_seconds=20)
        with suppress(ApiError):
            events = await gathered(way)
            assert [it.table for it in events if isinstance(it, Coming)] == ["services"]
            assert len(events) == 1
    assert reader.version == ""


async def test_a_list_in_pages(server):
    server.answer = in_turn(
        returns(page("9", service("a", "3"), service("bad", "3", port="x"), more="next")),
        returns(page("9", service("b", "4"))),
    )
    reader = Reader(SERVICES)
    async with server.api() as api:
        first, remark = await gathered(paged(api, SHOP, reader))
    assert names(first) == ["a", "b"]
    assert isinstance(remark, Say)
    assert reader.version == "9"
    assert [request.query.get("continue") for request in server.asked] == [None, "next"]
    assert {request.query["limit"] for request in server.asked} == {"500"}


async def test_half_of_the_pages_are_no_list(server):
    server.answer = in_turn(returns(page("9", service("a", "3"), more="next")), refuses(410))
    reader = Reader(SERVICES)
    async with server.api() as api:
        with pytest.raises(ApiError):
            await gathered(paged(api, SHOP, reader))
    assert reader.version == ""


async def test_a_watch_goes_on_from_the_last_version(server):
    server.answer = says(event("DELETED", service("a", "12")), bookmark("13"))
    reader = Reader(SERVICES)
    reader.version = "11"
    async with server.api() as api:
        way = watched(api, SHOP, reader, query={"watch": "1"}, idle_seconds=20)
        assert await gathered(way) == [Drop("services", ObjectKey("shop", "a"))]
    assert server.asked[0].query["resourceVersion"] == "11"
    assert reader.version == "13"


async def test_a_watch_that_hangs_is_given_up(server):
    server.answer = says(bookmark("13"), hangs=True)
    reader = Reader(SERVICES)
    async with server.api() as api:
        with pytest.raises(ApiUnreachable, match="in time"):
            await gathered(watched(api, SHOP, reader, query={}, idle_seconds=0.05))
    assert reader.version == "13"
