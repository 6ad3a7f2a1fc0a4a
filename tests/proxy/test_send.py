import asyncio

import pytest
from wire.recording import Recorder
from wire.served import served, snapshot_of
from wire.upstreams import eventually, read_head, serving

from ingress.model.policies import Policies, Timeouts
from ingress.model.snapshot import Endpoint

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


class TestFailures:
    async def test_a_refused_connection_is_tried_on_another_endpoint(self):
        gone = Endpoint(address="127.0.0.1", port=1)
        recorder = Recorder()
        async with (
            serving(recorder.serve) as up,
            served(snapshot_of({"/": (gone, up.endpoint)})) as house,
        ):
            for _ in range(4):
                body = POST + b"Content-Length: 5\r\n\r\nhello"
                assert (await house.ask(body)).status == 200
        assert [seen.body for seen in recorder.whole] == [b"hello"] * 4

    @pytest.mark.parametrize(
        ("method", "statuses"), [(b"GET", [200] * 4), (b"POST", [502, 200, 502, 200])]
    )
    async def test_a_pod_that_dies_under_a_request_is_left_for_another(self, method, statuses):
        recorder, dying = Recorder(), 0

        async def dies(reader, writer):  # noqa: ARG001
            nonlocal dying
            await read_head(reader)
            dying += 1

        async with (
            serving(dies) as first,
            serving(recorder.serve) as second,
            served(snapshot_of({"/": (first.endpoint, second.endpoint)})) as house,
        ):
            head = method + b" / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n"
            assert sorted([(await house.ask(head)).status for _ in range(4)]) == sorted(statuses)
        assert len(recorder.whole) == statuses.count(200)
        assert dying >= 2

    async def test_a_retry_goes_to_an_endpoint_of_the_newest_generation(self):
        recorder, swaps = Recorder(), []

        async def dies(reader, writer):  # noqa: ARG001
            await read_head(reader)
            swaps.pop()()

        async with (
            serving(dies) as old,
            serving(recorder.serve) as new,
            served(snapshot_of({"/": (old.endpoint,)})) as house,
        ):
            swaps.append(lambda: house.publish(snapshot_of({"/": (new.endpoint,)})))
            assert (await house.ask(GET)).status == 200
        assert len(recorder.whole) == 1

    async def test_a_broken_answer_is_a_502(self):
        async with (
            answering(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok") as up,
            served(snapshot_of({"/": (up.endpoint,)})) as house,
        ):
            assert (await house.ask(GET)).status == 502

    @pytest.mark.parametrize("framing", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
    @pytest.mark.parametrize("version", [b"1.1", b"1.0"])
    async def test_a_response_that_breaks_off_never_looks_whole(self, framing, version):
        body = b"3\r\nabc\r\n" if b"chunked" in framing else b"abc"
        raw = b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + body
        async with (
            answering(raw, close=True) as up,
            served(snapshot_of({"/": (up.endpoint,)})) as house,
        ):
            client = await house.client()
            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.ask(b"GET / HTTP/" + version + b"\r\nHost: a.test\r\n\r\n")

    async def test_an_early_answer_arrives_and_the_next_request_is_served(self):
        async def serve(reader, writer):
            head = await read_head(reader)
            if b"POST" in head:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
                await reader.read()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(POST + b"Content-Length: 500000\r\n\r\nhello")
            assert (await client.response()).status == 403
            await client.send(b"x" * 499_995 + GET)
            assert (await asyncio.wait_for(client.response(), 5)).body == b"ok"


async def test_an_upstream_that_does_not_answer_is_a_504():
    async def serve(reader, writer):  # noqa: ARG001
        await reader.read()

    policies = Policies(timeouts=Timeouts(read=0.05))
    async with (
        serving(serve) as up,
        served(snapshot_of({"/": (up.endpoint,)}, policies=policies)) as house,
    ):
        assert (await house.ask(GET)).status == 504
        await eventually(lambda: not up.open)
