"""What both lanes do on a TLS connection, whose transport is ours."""

import asyncio
import contextlib
import socket
import ssl

import pytest
from aiohttp import ClientSession, WSMsgType, web
from proxy.tls.talking import trusting_nobody
from wire.served import served, snapshot_of
from wire.upstreams import eventually, read_head, serving

from ingress.model.snapshot import Endpoint

pytestmark = pytest.mark.usefixtures("each_lane")

MEBIBYTE = 1024 * 1024
GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
ASK = b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: any/1\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: any/1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


async def answer_forever(reader, writer):
    while True:
        await read_head(reader)
        writer.write(OK)


@contextlib.asynccontextmanager
async def secured(serve, **settings):
    """Run an upstream and a worker in front of it; yields both and a client."""
    async with (
        serving(serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), **settings) as house,
    ):
        yield up, house, await house.tls_client(trusting_nobody())


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_connection_is_kept_and_what_is_pipelined_is_answered_in_order(version):
    only = trusting_nobody(minimum_version=VERSIONS[version], maximum_version=VERSIONS[version])
    async with secured(answer_forever) as (up, house, _):
        client = await house.tls_client(only)
        for _ in range(3):
            assert (await client.ask(GET)).body == b"ok"
        await client.send(GET + b"GET /x HTTP/1.1\r\n\r\n")
        assert (await client.response()).status == 200
        assert (await client.response()).status == 400
        assert await client.is_over()
        assert up.connections == 1


async def test_a_route_over_tls_is_told_to_the_upstream():
    async def serve(reader, writer):
        head = await read_head(reader)
        assert b"X-Forwarded-Proto: https\r\n" in head
        writer.write(OK)

    async with secured(serve) as (_, _, client):
        assert (await client.ask(GET)).status == 200


async def test_large_bodies_pass_both_ways():
    large = bytes(range(256)) * (4 * MEBIBYTE // 256)

    async def echo(reader, writer):
        await read_head(reader)
        body = await reader.readexactly(len(large))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(large) + body)
        await writer.drain()
        await reader.read()

    async with secured(echo) as (_, _, client):
        head = b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: %d\r\n\r\n" % len(large)
        response = await client.ask(head + large)
        assert (response.status, response.body == large) == (200, True)


async def test_a_client_that_reads_nothing_holds_the_upstream_up_and_is_cut_off():
    sent = 0

    async def serve(reader, writer):
        nonlocal sent
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (512 * MEBIBYTE))
        with contextlib.suppress(ConnectionError):
            while sent < 512 * MEBIBYTE:
                writer.write(bytes(MEBIBYTE))
                await writer.drain()
                sent += MEBIBYTE

    async with secured(serve, client_send_timeout=0.5) as (up, house, client):
        client.writer.transport.pause_reading()
        await client.send(GET)
        await eventually(lambda: sent)
        await eventually(lambda: not up.open)
        await eventually(lambda: house.worker.counts().connections == 0)
    assert sent < 64 * MEBIBYTE


async def test_a_client_that_leaves_sets_its_upstream_free():
    asked = asyncio.Event()

    async def serve(reader, _):
        await read_head(reader)
        asked.set()
        await reader.read()

    async with secured(serve) as (up, house, client):
        await client.send(GET)
        await asked.wait()
        client.close()
        await eventually(lambda: not up.open)
        await eventually(lambda: house.worker.counts().connections == 0)


async def test_a_response_that_breaks_off_is_not_ended_by_the_book():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")

    async with secured(serve) as (_, house, _):
        client = await asyncio.to_thread(raw_client, house.tls_port)
        with client:
            await asyncio.to_thread(client.sendall, GET)
            with pytest.raises((ssl.SSLError, ConnectionResetError), match=r"EOF|reset"):
                await asyncio.to_thread(read_all, client)


async def test_an_end_that_is_meant_is_one_by_the_book():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nto the end")

    async with secured(serve) as (_, house, _):
        client = await asyncio.to_thread(raw_client, house.tls_port)
        with client:
            await asyncio.to_thread(client.sendall, GET.replace(b"1.1", b"1.0"))
            data = await asyncio.to_thread(read_all, client)
        assert data.endswith(b"\r\n\r\nto the end")


def raw_client(port):
    """Return a blocking client that is told of a truncation."""
    plain = socket.create_connection(("127.0.0.1", port), 10)
    return trusting_nobody().wrap_socket(plain, suppress_ragged_eofs=False)


def read_all(client):
    """Read to the end; raises where that was none by the book."""
    data = bytearray()
    while piece := client.recv(65_536):
        data += piece
    return bytes(data)


class TestTunnels:
    async def test_websockets_pass(self):
        async def echo(request):
            chat = web.WebSocketResponse()
            await chat.prepare(request)
            async for message in chat:
                await chat.send_bytes(message.data)
            return chat

        runner = web.ServerRunner(web.Server(echo))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        upstream = Endpoint(address="127.0.0.1", port=runner.addresses[0][1])
        large = bytes(range(256)) * 4000
        try:
            async with (
                served(snapshot_of({"/": (upstream,)})) as house,
                ClientSession() as session,
                session.ws_connect(
                    f"https://127.0.0.1:{house.tls_port}/", ssl=trusting_nobody()
                ) as chat,
            ):
                for size in (1, 1000, len(large)):
                    await chat.send_bytes(large[:size])
                    assert await chat.receive_bytes() == large[:size]
                await chat.close(code=4001)
                assert (await chat.receive()).type is WSMsgType.CLOSED
                await eventually(lambda: house.worker.counts().connections == 0)
        finally:
            await runner.cleanup()

    async def test_the_upstreams_end_is_passed_on_behind_what_it_said(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(SWITCHED + bytes(MEBIBYTE))

        async with secured(serve) as (_, house, other):
            other.close()
            client = await asyncio.to_thread(raw_client, house.tls_port)
            with client:
                await asyncio.to_thread(client.sendall, ASK)
                data = await asyncio.to_thread(read_all, client)
            head, _, rest = data.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 ")
            assert len(rest) == MEBIBYTE
            await eventually(lambda: house.worker.counts().connections == 0)

    async def test_a_client_that_leaves_ends_the_upstream_too(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(SWITCHED)
            await reader.read()

        async with secured(serve) as (up, house, client):
            await client.send(ASK)
            assert (await client.head()).status == 101
            client.writer.transport.abort()
            await eventually(lambda: not up.open)
            await eventually(lambda: house.worker.counts().connections == 0)


async def test_draining_finishes_what_is_in_flight_and_announces_the_close():
    asked, answer = asyncio.Event(), asyncio.Event()

    async def serve(reader, writer):
        await read_head(reader)
        asked.set()
        await answer.wait()
        writer.write(OK)

    async with secured(serve, drain_timeout=10.0) as (_, house, client):
        idle = await house.tls_client(trusting_nobody())
        await client.send(GET)
        await asked.wait()
        draining = asyncio.create_task(house.worker.drain(), name="drain")
        assert await idle.is_over()
        answer.set()
        response = await client.response()
        assert (response.body, response.value("connection")) == (b"ok", "close")
        assert await client.is_over()
        await asyncio.wait_for(draining, 5)
