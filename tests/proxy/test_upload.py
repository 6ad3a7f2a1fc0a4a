import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from wire.recording import Recorder
from wire.served import served, snapshot_of
from wire.upstreams import read_head, serving

from ingress.model.policies import BodyLimit, Policies

pytestmark = pytest.mark.usefixtures("each_lane")

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


class TestExpect:
    async def test_a_client_is_told_to_continue_once_its_body_is_wanted(self):
        recorder = Recorder()
        async with (
            serving(recorder.serve) as up,
            served(snapshot_of({"/": (up.endpoint,)})) as house,
        ):
            client = await house.client()
            await client.send(POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            assert (await client.head()).lines == (b"HTTP/1.1 100 Continue",)
            assert (await client.ask(b"hello")).status == 200
            assert (await client.ask(GET)).status == 200
        assert recorder.whole[0].body == b"hello"
        assert not [line for line in recorder.whole[0].lines if line.startswith(b"Expect")]

    async def test_a_client_whose_body_is_not_wanted_is_told_so_and_that_we_close(self):
        async with served(snapshot_of({"/": ()})) as house:
            client = await house.client()
            response = await client.ask(POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            assert (response.status, response.value("connection")) == (503, "close")


class TestLimits:
    def snapshot(self, up):
        policies = Policies(body_limit=BodyLimit(max_bytes=10))
        return snapshot_of({"/": (up.endpoint,)}, policies=policies)

    async def test_a_body_that_announces_too_much_is_refused_before_it_is_read(self):
        recorder = Recorder()
        async with serving(recorder.serve) as up, served(self.snapshot(up)) as house:
            client = await house.client()
            response = await client.ask(
                POST + b"Expect: 100-continue\r\nContent-Length: 11\r\n\r\n"
            )
            assert (response.status, response.value("connection")) == (413, "close")
        assert recorder.begun == 0

    async def test_a_body_that_grows_too_long_is_cut_off(self):
        recorder = Recorder()
        async with serving(recorder.serve) as up, served(self.snapshot(up)) as house:
            client = await house.client()
            head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
            response = await client.ask(head + b"6\r\nhello \r\n6\r\nworld!\r\n0\r\n\r\n")
            assert (response.status, response.value("connection")) == (413, "close")
            assert await client.is_over()
        assert recorder.whole == []

    async def test_a_body_of_the_limit_passes(self):
        recorder = Recorder()
        async with serving(recorder.serve) as up, served(self.snapshot(up)) as house:
            response = await house.ask(POST + b"Content-Length: 10\r\n\r\n0123456789")
        assert response.status == 200


async def test_a_body_that_stops_is_a_408():
    recorder = Recorder()
    async with (
        serving(recorder.serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), client_body_timeout=0.05) as house,
    ):
        client = await house.client()
        response = await client.ask(POST + b"Content-Length: 5\r\n\r\nhel")
        assert (response.status, response.value("connection")) == (408, "close")
        assert await client.is_over()
    assert recorder.whole == []


@asynccontextmanager
async def crawling(house):
    """Send a byte every tenth of a second of a body that has 25, until the block ends."""
    client = await house.client()

    async def crawl():
        with suppress(ConnectionError):
            for byte in b"x" * 25:
                await client.send(bytes([byte]))
                await asyncio.sleep(0.1)

    await client.send(POST + b"Content-Length: 25\r\n\r\n")
    task = asyncio.create_task(crawl())
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_a_body_that_crawls_is_a_408():
    recorder = Recorder()
    async with (
        serving(recorder.serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), client_body_timeout=0.5) as house,
        crawling(house) as client,
    ):
        response = await client.response()
        assert (response.status, response.value("connection")) == (408, "close")
        assert await client.is_over()
    assert recorder.whole == []


async def test_a_body_may_crawl_where_no_rate_is_asked_for():
    recorder = Recorder()
    settings = {"client_body_timeout": 2.0, "client_body_min_rate": 0}
    async with (
        serving(recorder.serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), **settings) as house,
        crawling(house) as client,
    ):
        assert (await client.response()).status == 200
    assert recorder.whole[0].body == b"x" * 25


async def test_a_stream_in_both_directions_may_crawl():
    """Each piece is answered at once, so that the response begins before the body ends."""

    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n")
        for _ in range(25):
            writer.write(await reader.readexactly(1))

    settings = {"client_body_timeout": 2.0, "client_body_min_rate": 1_000_000}
    async with (
        serving(serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), **settings) as house,
        crawling(house) as client,
    ):
        response = await client.response()
        assert (response.status, response.body) == (200, b"x" * 25)
