import pytest
from wire.served import Lane, served

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"

pytestmark = pytest.mark.usefixtures("each_lane")


async def test_connections_are_counted():
    async with served() as house:
        first, second = await house.client(), await house.client()
        for client in (first, second):
            assert (await client.ask(GET)).status == 404
        assert house.worker.counts().connections == 2


async def test_what_is_no_request_is_recorded_and_answered():
    async with served() as house:
        response = await house.ask(b"GET / HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n")
        assert (response.status, response.value("connection")) == (400, "close")
        assert response.value("x-request-id")
        assert ("", "", "bad-request") in house.worker.counts().failures


async def test_the_full_lane_carries_only_methods_that_llhttp_knows():
    async with served() as house:
        client = await house.client()
        response = await client.ask(GET.replace(b"GET", b"BREW"))
        assert response.status == (404 if Lane.lanes == "both" else 501)
