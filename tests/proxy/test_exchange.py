import asyncio

import pytest
from wire.recording import Recorder
from wire.served import served, snapshot_of
from wire.upstreams import eventually, read_head, serving

pytestmark = pytest.mark.usefixtures("each_lane")

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


class TestLeaving:
    @pytest.mark.parametrize("headed", [False, True])
    async def test_the_upstream_is_left_when_the_client_leaves(self, headed):
        asked = asyncio.Event()

        async def serve(reader, writer):
            await read_head(reader)
            if headed:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello")
            asked.set()
            await reader.read()

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET)
            await asked.wait()
            client.writer.transport.abort()
            await eventually(lambda: not up.open)

    async def test_a_client_that_closes_its_side_still_gets_its_answer(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET)
            client.writer.write_eof()
            assert (await client.response()).body == b"ok"
            assert await client.is_over()

    async def test_a_client_that_leaves_in_its_body_leaves_nothing_behind(self):
        recorder = Recorder()
        async with (
            serving(recorder.serve) as up,
            served(snapshot_of({"/": (up.endpoint,)})) as house,
        ):
            client = await house.client()
            await client.send(POST + b"Content-Length: 9\r\n\r\nhello")
            await eventually(lambda: recorder.begun)
            client.close()
            await eventually(lambda: not up.open)
        assert recorder.whole == []

    async def test_a_client_that_closed_its_side_is_not_shown_a_half_body_as_a_whole_one(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nhalf")
            await reader.read()

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            # In HTTP/1.0 this body ends where the connection does, if it ends well.
            await client.send(b"GET / HTTP/1.0\r\n\r\n")
            client.writer.write_eof()
            assert (await client.head()).status == 200
            assert await client.reader.readexactly(4) == b"half"
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(client.reader.read(), 5)
