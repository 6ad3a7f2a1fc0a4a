"""What a stand-in answers, byte by byte where that matters."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from ingress.standins.answers import DEMANDS
from tests.standins.running import exchange, get, ports, standing_in, world


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with standing_in() as stand_ins:
        (found,) = ports(await stand_ins.reconcile(world(1))).values()
        yield found


async def test_welcome(port: int) -> None:
    head, body = await get(port, "/any/path")
    assert head.startswith("HTTP/1.1 200 OK")
    assert "Content-Type: text/plain" in head
    assert body.startswith(b"Welcome! web-")


async def test_the_echo_tells_what_came(port: int) -> None:
    head = "Accept: text/html, application/json\r\nX-A: 1\r\nx-b: 2\r\nX-A: 3\r\n"
    _, body = await get(port, "/a%2Fb//c/../%7e?q=%20&&", head=head, method="DELETE")
    echo = json.loads(body)
    assert echo["path"] == "/a%2Fb//c/../%7e?q=%20&&"
    assert echo["method"] == "DELETE"
    assert echo["host"] == "x"
    assert echo["proto"] == "HTTP/1.1"
    assert echo["headers"]["X-A"] == ["1", "3"]
    assert echo["headers"]["x-b"] == ["2"]
    assert (echo["namespace"], echo["service"]) == ("default", "web")
    assert echo["pod"].startswith("web-")
    old = await exchange(port, b"GET / HTTP/1.0\r\nAccept: application/json\r\n\r\n")
    assert json.loads(old.partition(b"\r\n\r\n")[2])["proto"] == "HTTP/1.0"


async def test_bodies_are_read_whole_and_the_connection_goes_on(port: int) -> None:
    size = 5_000_000
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        for _ in range(2):
            async with session.post(
                f"http://127.0.0.1:{port}/", data=io.BytesIO(bytes(size))
            ) as answer:
                assert answer.status == 200


async def test_who_expects_a_100_gets_it(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /__standin/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
    writer.write(head + b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(10):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"abc")
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\nabc")


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/__standin/status/503", 503, "503 web-"),
        ("/__standin/status/99", 400, "from 200 to 599"),
        ("/__standin/status/x", 400, "from 200 to 599"),
        ("/__standin/early/99", 400, "from 200 to 599"),
        ("/__standin/delay/x", 400, "500ms"),
        ("/__standin/stream/-1", 400, "number of chunks"),
        ("/__standin/stream/3?interval=x", 400, "500ms"),
        ("/__standin/bytes/many", 400, "64Ki"),
        ("/__standin/drop/later", 400, "drop/before"),
        ("/__standin/websocket", 400, "handshake"),
        ("/__standin/nothing", 404, "websocket"),
        ("/__standin/", 404, "status"),
    ],
)
async def test_statuses_and_mistakes(port: int, target: str, status: int, words: str) -> None:
    head, body = await get(port, target)
    assert head.split()[1] == str(status)
    assert words in body.decode()


async def test_delay(port: int) -> None:
    begin = time.monotonic()
    _, body = await get(port, "/__standin/delay/150ms")
    assert time.monotonic() - begin >= 0.15
    assert body.startswith(b"Welcome!")


async def test_bytes(port: int) -> None:
    head, body = await get(port, "/__standin/bytes/200Ki")
    assert "Content-Length: 204800" in head
    assert len(body) == 204_800
    assert (await get(port, "/__standin/bytes/0"))[1] == b""
    head, body = await get(port, "/__standin/bytes/200Ki", method="HEAD")
    assert "Content-Length: 204800" in head
    assert body == b""


async def test_stream(port: int) -> None:
    head, body = await get(port, "/__standin/stream/3?interval=1ms&size=5")
    assert "Transfer-Encoding: chunked" in head
    assert body == b"5\r\n.....\r\n" * 3 + b"0\r\n\r\n"


async def test_slow(port: int) -> None:
    begin = time.monotonic()
    head, body = await get(port, "/__standin/slow/3?interval=50ms")
    assert "Content-Length: 3" in head
    assert body == b"..."
    assert time.monotonic() - begin >= 0.1


async def test_server_sent_events_come_one_by_one(port: int) -> None:
    url = f"http://127.0.0.1:{port}/__standin/sse/2?interval=100ms"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.content_type == "text/event-stream"
        first = await answer.content.readuntil(b"\n\n")
        begin = time.monotonic()
        second = await answer.content.readuntil(b"\n\n")
        assert time.monotonic() - begin > 0.05
    assert first.startswith(b"id: 0\ndata: web-")
    assert second.startswith(b"id: 1\n")


async def test_websocket(port: int) -> None:
    url = f"ws://127.0.0.1:{port}/__standin/websocket"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=("chat", "other")) as socket,
    ):
        assert socket.protocol == "chat"
        await socket.send_str("hello")
        assert await socket.receive_str() == "hello"
        await socket.send_bytes(b"\0\xff")
        assert await socket.receive_bytes() == b"\0\xff"
        await socket.close(code=1000)


async def test_echo_as_it_arrives(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /__standin/echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    )
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Content-Type: a/b" in head
        assert await reader.readuntil(b"abc\r\n") == b"3\r\nabc\r\n"
        writer.write(b"1\r\nd\r\n0\r\n\r\n")
        assert await reader.readuntil(b"0\r\n\r\n") == b"1\r\nd\r\n0\r\n\r\n"
    writer.close()


async def test_an_early_answer_comes_before_the_body_ends(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /__standin/early/413 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"
    )
    async with asyncio.timeout(10):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_drops(port: int) -> None:
    for target, expected in (("before", b""), ("mid", b"..........")):
        request = f"GET /__standin/drop/{target} HTTP/1.1\r\nHost: x\r\n\r\n"
        try:
            answer = await exchange(port, request.encode())
        except ConnectionResetError:
            answer = b""
        assert answer.endswith(expected)
        assert bool(answer) is bool(expected)


def test_every_demand_says_how_it_is_written() -> None:
    for name, meet in DEMANDS.items():
        assert (meet.__doc__ or "").startswith(f"``{name}")
