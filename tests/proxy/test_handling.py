import asyncio

from wire.served import served, snapshot_of
from wire.upstreams import GOOD, read_head, serving

POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


async def test_a_handler_lets_go_of_the_upstream_whatever_came_of_it():
    async def serve(reader, writer):
        while True:
            await read_head(reader)
            writer.write(GOOD)

    async with (
        serving(serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}), lanes="full") as house,
    ):
        client = await house.client()
        for _ in range(3):
            response = await asyncio.wait_for(client.ask(POST + b"\r\n"), 5)
            assert response.body == b"good"
        assert up.connections == 1
        # An answer that did not wait for the body is the upstream connection's last.
        early = await client.ask(POST + b"Content-Length: 5\r\n\r\n")
        assert early.body == b"good"
        await client.send(b"hello")
        assert (await asyncio.wait_for(client.ask(POST + b"\r\n"), 5)).body == b"good"
        assert up.connections == 2
