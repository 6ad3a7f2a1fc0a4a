import asyncio

import pytest
from aiohttp import ClientSession, WSMsgType, web
from wire.served import served, snapshot_of
from wire.upstreams import eventually, read_head, serving

from ingress.model.snapshot import Endpoint

pytestmark = pytest.mark.usefixtures("each_lane")

ASK = (
    b"GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: %s\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: %s\r\n\r\n"


async def test_websockets_pass_with_their_fragments_and_close_codes():
    heads = []

    async def echo(request):
        heads.append(request.headers)
        socket = web.WebSocketResponse(protocols=["chat"])
        await socket.prepare(request)
        async for message in socket:
            if message.data == "bye":
                await socket.close(code=4001, message=b"so long")
            elif message.type is WSMsgType.TEXT:
                await socket.send_str(message.data * 2)
            else:
                await socket.send_bytes(message.data)
        return socket

    runner = web.ServerRunner(web.Server(echo))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    upstream = Endpoint(address="127.0.0.1", port=runner.addresses[0][1])
    try:
        async with served(snapshot_of({"/": (upstream,)})) as house, ClientSession() as session:
            url = f"http://127.0.0.1:{house.port}/x?y"
            async with session.ws_connect(url, protocols=["chat"]) as socket:
                assert socket.protocol == "chat"
                await socket.send_str("hé")
                assert await socket.receive_str() == "héhé"
                large = bytes(range(256)) * 4000
                await socket.send_bytes(large)
                assert await socket.receive_bytes() == large
                await socket.send_str("bye")
                closing = await socket.receive()
                assert (closing.type, closing.data, closing.extra) == (
                    WSMsgType.CLOSE,
                    4001,
                    "so long",
                )
            assert heads[0]["X-Forwarded-For"] == "127.0.0.1"
    finally:
        await runner.cleanup()


async def test_a_tunnel_passes_any_bytes_and_ends_on_both_sides_at_once():
    async def serve(reader, writer):
        head = await read_head(reader)
        assert b"Upgrade: any/1" in head
        assert b"Connection: upgrade" in head
        writer.write(SWITCHED % b"any/1" + b"first")
        while data := await reader.read(100):
            writer.write(data.upper())
        writer.write(b"bye")

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        # What is behind the request may come with it.
        await client.send(ASK % b"any/1" + b"early")
        head = await client.head()
        assert (head.status, head.value("upgrade")) == (101, "any/1")
        assert await client.reader.readexactly(10) == b"firstEARLY"
        await client.send(b"\x00GET / HTTP/1.1\r\n")
        assert await client.reader.readexactly(17) == b"\x00GET / HTTP/1.1\r\n"
        client.writer.write_eof()
        assert await client.reader.read() == b"bye"
        await eventually(lambda: not up.open)
        await eventually(lambda: house.worker.counts().connections == 0)


async def test_an_upstream_that_leaves_a_tunnel_closes_it_to_the_client():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(SWITCHED % b"any/1")
        await reader.readexactly(1)

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        assert (await client.ask(ASK % b"any/1")).status == 101
        await client.send(b"x")
        assert await asyncio.wait_for(client.is_over(), 5)


async def test_a_client_that_leaves_a_tunnel_closes_it_to_the_upstream():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(SWITCHED % b"any/1")
        await reader.read()

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        assert (await client.ask(ASK % b"any/1")).status == 101
        client.close()
        await eventually(lambda: not up.open)


async def test_a_switch_that_is_declined_is_an_answer_like_any_other():
    async def serve(reader, writer):
        while await read_head(reader):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        for protocol in (b"websocket", b"any/1", b"websocket"):
            assert (await asyncio.wait_for(client.ask(ASK % protocol), 5)).body == b"ok"


async def test_no_tunnel_opens_that_was_not_asked_for():
    asked = []

    async def serve(reader, writer):
        asked.append(await read_head(reader))
        writer.write(SWITCHED % b"websocket")
        await reader.read()

    plain = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
    old = (ASK % b"websocket").replace(b"HTTP/1.1", b"HTTP/1.0")
    unnamed = (ASK % b"websocket").replace(b", Upgrade", b"")
    requests = [plain, old, unnamed, ASK % b"h2c", ASK % b"other/1"]
    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        for request in requests:
            response = await house.ask(request)
            assert response.status == 502, request
    assert not any(b"h2c" in head or b"HTTP2-Settings" in head for head in asked)


async def test_a_tunnel_is_cut_when_draining_takes_too_long():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(SWITCHED % b"any/1")
        await reader.read()

    async with serving(serve) as up:
        async with served(snapshot_of({"/": (up.endpoint,)}), drain_timeout=0.05) as house:
            client = await house.client()
            assert (await client.ask(ASK % b"any/1")).status == 101
            await house.worker.drain()
            assert await client.is_over()
        await eventually(lambda: not up.open)


async def test_a_101_may_give_any_reason():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 101 \xff\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\nfirst")
        await reader.read()

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        await client.send(ASK % b"any")
        head = await client.head()
        assert head.lines[0] == b"HTTP/1.1 101 \xff"
        assert await client.reader.readexactly(5) == b"first"
