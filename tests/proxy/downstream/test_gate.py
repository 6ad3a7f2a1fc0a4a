import asyncio

import pytest
from wire.served import served

pytestmark = pytest.mark.usefixtures("each_lane")

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"


class TestTimes:
    async def test_a_head_that_takes_too_long_is_a_408(self):
        async with served(client_header_timeout=0.05) as house:
            client = await house.client()
            response = await client.ask(b"GET / HT")
            assert (response.status, response.value("connection")) == (408, "close")
            assert await client.is_over()

    async def test_a_connection_that_never_says_anything_is_closed_without_a_word(self):
        async with served(client_header_timeout=0.05) as house:
            assert await asyncio.wait_for((await house.client()).is_over(), 5)

    async def test_an_idle_connection_is_closed(self):
        async with served(keep_alive_timeout=0.05) as house:
            client = await house.client()
            assert (await client.ask(GET)).status == 404
            assert await asyncio.wait_for(client.is_over(), 5)
