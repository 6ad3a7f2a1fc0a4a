"""Following one kind through everything that goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from sources.cluster.server import (
    Server,
    bookmark,
    event,
    in_turn,
    page,
    refuses,
    returns,
    says,
    service,
)

from ingress.model.inventory import Inventory
from ingress.sources.cluster.following import Follower
from ingress.sources.cluster.kinds import SERVICES
from ingress.sources.cluster.listing import Scope
from ingress.sources.cluster.patience import Tempo
from ingress.sources.fold import Say, Swap, fold

SHOP = Scope(SERVICES, "shop")
GONE = event("ERROR", {"code": 410, "reason": "Expired", "message": "too old"})
A, B = event("ADDED", service("a", "3")), event("ADDED", service("b", "4"))


class Followed:
    """What a follower yields, folded; ``waits`` is how long it slept each time."""

    def __init__(self, events) -> None:
        self.inventory = Inventory()
        self.events = []
        self.waits: list[float] = []
        self._events = events

    async def until(self, *names: str) -> None:
        """Take events until there are exactly these Services."""
        async with asyncio.timeout(20):
            while [key.name for key in self.inventory.services] != list(names):
                events = await anext(self._events)
                self.events += events
                self.inventory = fold(self.inventory, events)


@asynccontextmanager
async def following(server: Server, *, idle: float = 20) -> AsyncIterator[Followed]:
    followed: Followed

    async def sleep(seconds: float) -> None:
        followed.waits.append(seconds)
        await asyncio.sleep(0)

    async with server.api() as api:
        follower = Follower(api, SHOP, Tempo(random=lambda: 1.0, sleep=sleep, idle=idle))
        async with aclosing(follower.events()) as events:
            followed = Followed(events)
            yield followed


async def test_a_list_then_changes_then_another_watch(server):
    server.answer = in_turn(
        says(A, bookmark("5", whole=True), B),
        says(event("DELETED", service("a", "6"))),
        says(event("ADDED", service("c", "7")), hangs=True),
    )
    async with following(server) as followed:
        await followed.until("a", "b")
        await followed.until("b")
        await followed.until("b", "c")
        assert followed.waits == []
    versions = [request.query["resourceVersion"] for request in server.asked]
    assert versions == ["0", "4", "6"]
    assert server.asked[0].query["timeoutSeconds"] == "600"
    assert server.asked[0].query["allowWatchBookmarks"] == "true"


async def test_a_connection_that_breaks_loses_nothing(server):
    async def breaks(request):
        request.transport.abort()
        return await refuses(500)(request)

    server.answer = in_turn(says(A, bookmark("5", whole=True)), breaks, breaks, says(B, hangs=True))
    async with following(server) as followed:
        await followed.until("a", "b")
        assert followed.waits[0] == 0.1
    assert {request.query["resourceVersion"] for request in server.asked[1:]} == {"5"}


async def test_a_silent_watch_is_left_for_another(server):
    server.answer = in_turn(
        says(A, bookmark("5", whole=True), hangs=True), says(B, hangs=True), says(hangs=True)
    )
    async with following(server, idle=0.05) as followed:
        await followed.until("a", "b")


async def test_a_history_that_is_gone_swaps_what_there_is(server):
    """What was known stays until the new list is whole."""
    server.answer = in_turn(
        says(A, B, bookmark("5", whole=True)),
        says(GONE),
        says(event("ADDED", service("c", "30"))),
        says(B, event("ADDED", service("c", "30")), bookmark("40", whole=True), hangs=True),
    )
    async with following(server) as followed:
        await followed.until("a", "b")
        before = followed.inventory.services
        await followed.until("b", "c")
        assert len([it for it in followed.events if isinstance(it, Swap)]) == 2
        (kept,) = [key for key in before if key in followed.inventory.services]
        assert followed.inventory.services[kept] is before[kept]


@pytest.mark.parametrize("gone", [says(GONE), refuses(410)])
async def test_it_is_gone_in_the_first_line_or_by_status(server, gone, caplog):
    server.answer = in_turn(
        says(A, bookmark("5", whole=True)), gone, says(B, bookmark("9", whole=True), hangs=True)
    )
    with caplog.at_level(logging.INFO):
        async with following(server) as followed:
            await followed.until("a")
            await followed.until("b")
    assert "services in shop are listed again, since their history is gone" in caplog.text


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_a_server_that_streams_no_lists_is_asked_for_pages(server, status):
    server.answer = in_turn(
        refuses(status),
        returns(page("5", service("a", "3"))),
        says(B),
        says(GONE),
        returns(page("9", service("c", "8"))),
    )
    async with following(server) as followed:
        await followed.until("a")
        await followed.until("a", "b")
        await followed.until("c")
        assert followed.waits == [0.2]
    assert [request.query.get("sendInitialEvents") for request in server.asked[:5]] == [
        *("true", None, None, None, None),
    ]


async def test_trouble_is_waited_out_and_told_once(server, caplog):
    server.answer = in_turn(
        refuses(429, "slow down", **{"Retry-After": "2"}),
        refuses(503),
        refuses(503),
        says(A, bookmark("5", whole=True), hangs=True),
    )
    with caplog.at_level(logging.INFO):
        async with following(server) as followed:
            await followed.until("a")
            assert followed.waits == [2.2, 0.4, 0.8]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3
    assert "slow down" in said[0]
    assert said[2] == "services in shop are read again"


async def test_what_is_not_permitted_is_a_verdict_until_it_is(server):
    server.answer = in_turn(
        refuses(403, "you cannot"), says(A, bookmark("5", whole=True), hangs=True)
    )
    async with following(server) as followed:
        await followed.until("a")
    refused, granted = [it for it in followed.events if isinstance(it, Say)]
    assert refused.verdicts[0].reason == "NotPermitted"
    assert granted == Say(refused.subject, ())
    assert followed.inventory.verdicts == ()


async def test_a_watch_that_ends_at_once_is_not_asked_for_in_a_frenzy(server):
    server.answer = in_turn(says(A, bookmark("5", whole=True)), says(), says(), says(B, hangs=True))
    async with following(server) as followed:
        await followed.until("a", "b")
        assert followed.waits == [0.1, 0.2]


async def test_something_else_that_answers_is_no_answer(server):
    async def login(_):
        return await returns("please log in")(_)

    server.answer = in_turn(login, says(A, bookmark("5", whole=True), hangs=True))
    async with following(server) as followed:
        await followed.until("a")
        assert followed.waits == [0.1]
