import pytest
from proxy.tls.talking import trusting_nobody
from wire.served import Lane, served
from wire.upstreams import eventually

from ingress.proxy.lanes import LINGERING

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


class TestRoom:
    async def test_who_finds_none_is_told_to_come_later_and_let_in_once_there_is(self):
        async with served(max_connections=2) as house:
            first, second = await house.client(), await house.client()
            for client in (first, second):
                assert (await client.ask(GET)).status == 404
            response = await house.ask(GET)
            assert (response.status, response.value("connection")) == (503, "close")
            assert response.value("retry-after") == "5"
            assert (await first.ask(GET)).status == 404
            second.close()
            await eventually(lambda: house.worker.counts().connections == 1)
            assert (await house.ask(GET)).status == 404
            assert house.worker.counts().failures["", "", "too-many-connections"] == 1

    async def test_over_tls_nobody_hears_why(self):
        async with served(max_connections=2) as house:
            first = await house.tls_client(trusting_nobody())
            assert (await first.ask(GET)).status == 404
            await house.client()
            await eventually(lambda: house.worker.counts().connections == 2)
            with pytest.raises(ConnectionError):
                await house.tls_client(trusting_nobody())
            assert (await first.ask(GET)).status == 404
            assert house.worker.counts().failures["", "", "too-many-connections"] == 1

    async def test_a_crowd_that_is_turned_away_takes_no_places(self):
        async with served(max_connections=1) as house:
            first = await house.client()
            assert (await first.ask(GET)).status == 404
            crowd = [await house.client() for _ in range(3 * LINGERING)]
            for client in crowd:
                assert (await client.response()).status == 503
            assert house.worker.counts().connections == 1
            assert len(house.worker._lanes._turned_away) <= LINGERING
            for client in crowd:
                assert await client.is_over()
            assert (await first.ask(GET)).status == 404
