import asyncio

import pytest
from wire.served import served, snapshot_of
from wire.upstreams import GOOD, eventually, read_head, serving

from ingress.model.policies import Policies, Timeouts

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


async def test_an_upstream_that_reads_slowly_holds_the_client_up():
    go_on = asyncio.Event()

    async def serve(reader, writer):
        await read_head(reader)
        await go_on.wait()
        await reader.readexactly(30_000_000)
        writer.write(GOOD)

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        await client.send(POST + b"Content-Length: 30000000\r\n\r\n")
        sending = asyncio.create_task(client.send(b"x" * 30_000_000))
        await eventually(lambda: up.open)
        assert not sending.done()
        go_on.set()
        assert (await client.response()).body == b"good"
        await sending


class TestTryingAgain:
    @pytest.mark.parametrize(("method", "status"), [(b"GET", 200), (b"POST", 502)])
    async def test_a_close_that_crosses_the_request(self, method, status):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(GOOD)
            await read_head(reader)

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            assert (await client.ask(GET)).status == 200
            assert (await client.ask(GET.replace(b"GET", method))).status == status

    async def test_an_upstream_that_takes_no_body_is_a_504(self):
        async def serve(reader, writer):  # noqa: ARG001
            await asyncio.Event().wait()

        policies = Policies(timeouts=Timeouts(send=0.1))
        async with (
            serving(serve) as up,
            served(snapshot_of({"/": (up.endpoint,)}, policies=policies)) as house,
        ):
            client = await house.client()
            await client.send(POST + b"Content-Length: 90000000\r\n\r\n" + b"x" * 100_000)
            sending = asyncio.create_task(client.send(b"x" * 60_000_000))
            assert (await client.response()).status == 504
            sending.cancel()
