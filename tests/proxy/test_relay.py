import asyncio

import pytest
from wire.recording import Recorder
from wire.served import served, snapshot_of
from wire.upstreams import read_head, serving

pytestmark = pytest.mark.usefixtures("each_lane")

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


def answering(raw: bytes, *, close: bool = False):
    """Return an upstream that says the same to every request."""

    async def serve(reader, writer):
        while True:
            await read_head(reader)
            writer.write(raw)
            if close:
                return

    return serving(serve)


async def test_heads_keep_their_order_their_duplicates_and_their_bytes():
    raw = (
        b"HTTP/1.1 299 Pas mal \xe9\r\nZ: 1\r\nSet-Cookie: a=1\r\nX-Raw: caf\xe9 \xff\xc3\xa9\r\n"
        b"set-cookie: b=2\r\nConnection: X-Hop\r\nX-Hop: gone\r\nKeep-Alive: gone\r\n"
        b"Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: theirs\r\n"
        b"Content-Length: 2\r\nA:\t2 \r\n\r\nok"
    )
    async with answering(raw) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        response = await house.ask(GET)
    assert response.lines == (
        b"HTTP/1.1 299 Pas mal \xe9",
        b"Z: 1",
        b"Set-Cookie: a=1",
        b"X-Raw: caf\xe9 \xff\xc3\xa9",
        b"set-cookie: b=2",
        b"Date: Mon, 01 Jan 2024 00:00:00 GMT",
        b"Server: theirs",
        b"A:\t2 ",
        b"Content-Length: 2",
    )
    assert response.body == b"ok"


async def test_head_204_and_304_have_no_body():
    async def serve(reader, writer):
        while True:
            target = (await read_head(reader)).split(b" ")[1]
            writer.write(
                {
                    b"/head": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
                    b"/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                    b"/204": b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
                    b"/304": b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 9\r\n\r\n',
                }[target]
            )

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()

        async def ask(method, target):
            raw = f"{method} {target} HTTP/1.1\r\nHost: a.test\r\n\r\n".encode()
            return await asyncio.wait_for(client.ask(raw, method=method), 5)

        head = await ask("HEAD", "/head")
        assert (head.value("content-length"), head.value("content-type")) == ("9", None)
        assert (await ask("HEAD", "/chunked")).value("content-length") is None
        assert (await ask("GET", "/204")).value("content-length") is None
        unchanged = await ask("GET", "/304")
        assert (unchanged.value("etag"), unchanged.body) == ('"a"', b"")


async def test_a_response_without_a_length_is_chunked_and_ends_with_the_connection_in_http_1_0():
    raw = b"HTTP/1.1 200 OK\r\n\r\nto the end"
    async with (
        answering(raw, close=True) as up,
        served(snapshot_of({"/": (up.endpoint,)})) as house,
    ):
        new = await house.ask(GET)
        old = await house.ask(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert (new.value("transfer-encoding"), new.body) == ("chunked", b"to the end")
    assert new.value("content-type") is None
    assert (old.value("transfer-encoding"), old.body) == (None, b"to the end")


async def test_server_sent_events_arrive_as_they_are_sent():
    more = asyncio.Event()

    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        await more.wait()
        writer.write(b"data: 2\n\n")

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        await client.send(GET)
        await client.head()
        assert await client.reader.readuntil(b"\n\n\r\n") == b"9\r\ndata: 1\n\n\r\n"
        more.set()
        assert await client.reader.readuntil(b"\n\n\r\n") == b"9\r\ndata: 2\n\n\r\n"
        assert await client.reader.readuntil(b"\r\n\r\n") == b"0\r\n\r\n"


async def test_compressed_bodies_pass_untouched():
    body = b"\x1f\x8b nothing that would decompress"
    recorder = Recorder()
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with (
        answering(raw + body) as up,
        serving(recorder.serve) as other,
        served(snapshot_of({"/": (up.endpoint,), "/up": (other.endpoint,)})) as house,
    ):
        response = await house.ask(GET)
        assert (response.body, response.value("content-encoding")) == (body, "gzip")
        head = b"POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Encoding: gzip\r\n"
        await house.ask(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert recorder.whole[0].body == body
