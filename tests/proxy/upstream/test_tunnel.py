import asyncio
from contextlib import asynccontextmanager

import pytest
from wire.upstreams import eventually, pools, read_head, serving

from ingress.model.policies import Timeouts
from ingress.proxy.upstream import Relay

SWITCH = b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\n"
PATIENT = Timeouts(connect=5, read=5, send=5)


class Ends:
    """The client's end of a tunnel, and the Relay in its midst."""

    def __init__(self):
        self.relay = asyncio.get_running_loop().create_future()
        self.moved = asyncio.get_running_loop().create_future()
        self.reader = self.writer = None


@asynccontextmanager
async def tunnel(serve, *, idle_timeout=5.0):
    """Run a client that said hello, a tunnel that read it, and an upstream after its 101."""
    ends = Ends()

    async def upstream_side(reader, writer):
        await read_head(reader)
        writer.write(SWITCH)
        await serve(reader, writer)

    async def relay(reader, writer):
        hello = await reader.readexactly(5)
        writer.transport.pause_reading()
        connection = await upstreams.open(upstream.endpoint, timeouts=PATIENT)
        await connection.send_head("GET", "/", fields=b"Host: a\r\n", upgrade=b"raw")
        await connection.response()
        leftover, transport = connection.into_tunnel()
        relay = Relay(writer.transport, transport, idle_timeout=idle_timeout)
        relay.start(to_downstream=leftover, to_upstream=hello)
        ends.relay.set_result(relay)
        ends.moved.set_result(await relay.finished())

    async with pools() as upstreams, serving(upstream_side) as upstream, serving(relay) as front:
        ends.reader, ends.writer = await asyncio.open_connection("127.0.0.1", front.endpoint.port)
        ends.writer.write(b"hello")
        try:
            yield ends
        finally:
            ends.writer.close()


async def echo(reader, writer):
    while data := await reader.read(100_000):
        writer.write(data)
        await writer.drain()


async def test_bytes_go_both_ways_and_an_end_is_passed_on():
    async with tunnel(echo) as ends:
        assert await ends.reader.readexactly(5) == b"hello"
        ends.writer.write(b"\x00\xff" * 1000)
        ends.writer.write_eof()
        assert await ends.reader.read() == b"\x00\xff" * 1000
        assert await asyncio.wait_for(ends.moved, 1) == (2005, 2005)


async def test_what_came_behind_the_101_goes_first():
    async def serve(_reader, writer):
        writer.write(b"first")

    async with tunnel(serve) as ends:
        assert await ends.reader.read() == b"first"


async def test_the_upstreams_close_reaches_the_client_at_once():
    async def serve(reader, writer):
        await reader.readexactly(5)
        writer.write(b"bye")

    async with tunnel(serve) as ends:
        assert await asyncio.wait_for(ends.reader.read(), 1) == b"bye"


async def test_a_half_close_leaves_the_other_way_open():
    received = []

    async def serve(reader, writer):
        writer.write_eof()
        received.append(await reader.read())

    async with tunnel(serve) as ends:
        assert await asyncio.wait_for(ends.reader.read(), 1) == b""
        ends.writer.write(b", and more")
        ends.writer.write_eof()
        assert await asyncio.wait_for(ends.moved, 1) == (0, 15)
    assert received == [b"hello, and more"]


@pytest.mark.parametrize("side", ["client", "upstream"])
async def test_a_side_that_is_lost_takes_the_other_along(side):
    lost = asyncio.Event()

    async def serve(reader, writer):
        await reader.readexactly(5)
        if side == "upstream":
            writer.transport.abort()
            return
        await reader.read()
        lost.set()

    async with tunnel(serve) as ends:
        await ends.relay
        if side == "client":
            ends.writer.transport.abort()
            await asyncio.wait_for(lost.wait(), 1)
        else:
            assert await asyncio.wait_for(ends.reader.read(), 1) == b""
            ends.writer.close()
        await asyncio.wait_for(ends.moved, 1)


async def test_a_slow_client_makes_the_upstream_wait():
    written = 0

    async def serve(reader, writer):
        nonlocal written
        await reader.readexactly(5)
        for _ in range(1000):
            writer.write(b"x" * 100_000)
            await writer.drain()
            written += 100_000

    async with tunnel(serve) as ends:
        before = -1
        while before < written or not written:
            before = written
            await asyncio.sleep(0.05)
        assert written < 20_000_000
        total = 0
        while data := await ends.reader.read(1_000_000):
            total += len(data)
        assert total == 100_000_000


async def test_a_tunnel_in_which_nothing_moves_is_closed():
    async def serve(reader, writer):
        for _ in range(5):
            await asyncio.sleep(0.1)
            writer.write(b".")
        await reader.read()

    async with tunnel(serve, idle_timeout=0.25) as ends:
        assert await asyncio.wait_for(ends.reader.read(), 2) == b"....."
        assert await asyncio.wait_for(ends.moved, 1) == (5, 5)


async def test_aborting_closes_both_sides():
    closed = asyncio.Event()

    async def serve(reader, _writer):
        await reader.read()
        closed.set()

    async with tunnel(serve) as ends:
        (await ends.relay).abort()
        await asyncio.wait_for(closed.wait(), 1)
        await asyncio.wait_for(ends.moved, 1)


async def test_a_side_that_closed_before_it_was_taken_over():
    async def serve(reader, _writer):
        await reader.read()

    async with serving(serve) as one, serving(serve) as other:
        loop = asyncio.get_running_loop()
        transports = [
            (await loop.create_connection(asyncio.Protocol, "127.0.0.1", end.endpoint.port))[0]
            for end in (one, other)
        ]
        transports[0].abort()
        relay = Relay(*transports, idle_timeout=5)
        relay.start(to_downstream=b"lost")
        assert await asyncio.wait_for(relay.finished(), 1) == (0, 0)
        await eventually(lambda: not other.open)
