import asyncio

import pytest
from wire.upstreams import GOOD, eventually, good, pools, read_head, serving

from ingress.proxy.failures import Failure, FailureKind

ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Owner:
    """Writes down what its link tells."""

    def __init__(self):
        self.told = []
        self.link = None

    def response_received(self, data):
        self.told.append(data)

    def upstream_ended(self):
        self.told.append("ended")

    def upstream_lost(self, failure):
        self.told.append(failure.kind)

    def upstream_full(self):
        self.told.append("full")

    def upstream_ready(self):
        self.told.append("ready")

    def upstream_too_late(self):
        self.told.append("too late")


async def dialled(upstreams, upstream):
    found = asyncio.get_running_loop().create_future()
    upstreams.dial(upstream.endpoint, seconds=5, then=found.set_result)
    return await found


async def test_one_owner_after_another():
    async with pools() as upstreams, serving(good) as upstream:
        link = await dialled(upstreams, upstream)
        for reused in (False, True):
            owner = Owner()
            link.take(owner)
            link.write(ASK)
            await eventually(lambda owner=owner: owner.told)
            assert (owner.told, link.reused, link.heard) == ([GOOD], reused, True)
            link.give_back()
            link.abandon()
            assert upstreams.idle.take(upstream.endpoint) is link
        assert upstreams.idle.take(upstream.endpoint) is None
        link.abort()


async def test_what_left_something_behind_is_not_kept():
    async with pools() as upstreams, serving(good) as upstream:
        link = await dialled(upstreams, upstream)
        link.take(Owner())
        link.abandon()
        assert link.is_closed
        with pytest.raises(Failure):
            link.write(ASK)


async def test_a_close_before_the_first_byte_is_stale_where_the_link_was_reused():
    async def once(reader, writer):
        await read_head(reader)
        writer.write(GOOD)
        await read_head(reader)

    async with pools() as upstreams, serving(once) as upstream:
        link = await dialled(upstreams, upstream)
        for told in ([GOOD], ["ended", FailureKind.STALE]):
            owner = Owner()
            link.take(owner)
            link.write(ASK)
            await eventually(lambda owner=owner, told=told: owner.told == told)
            link.give_back()


async def test_the_owner_hears_of_the_deadline_until_it_gives_the_link_back():
    async with pools() as upstreams, serving(good) as upstream:
        link = await dialled(upstreams, upstream)
        owner = Owner()
        link.take(owner)
        link.deadline.within(0.01)
        await eventually(lambda: owner.told)
        assert owner.told == ["too late"]
        link.give_back()
        assert not link.is_closed


async def test_an_upstream_that_is_slow_to_read():
    go_on = asyncio.Event()

    async def serve(reader, writer):
        await go_on.wait()
        await reader.readexactly(20_000_000)
        writer.write(GOOD)
        await read_head(reader)  # which keeps the connection open: nothing more is told

    async with pools() as upstreams, serving(serve) as upstream:
        link = await dialled(upstreams, upstream)
        owner = Owner()
        link.take(owner)
        link.write(b"x" * 20_000_000)
        assert (owner.told, link.full) == (["full"], True)
        go_on.set()
        await eventually(lambda: len(owner.told) == 3)
        assert (owner.told, link.full) == (["full", "ready", GOOD], False)
        link.abort()
