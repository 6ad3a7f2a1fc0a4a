import asyncio
import contextlib
import io
import resource

import pytest
from proxy.tls.talking import no_descriptor_left
from wire.recording import Recorder
from wire.served import FALLBACK, Served, listening, served, snapshot_of
from wire.upstreams import eventually, read_head, serving

from ingress.model.codec import (
    Applied,
    Publication,
    Refused,
    decode_acknowledgement,
    diff,
    encode_publication,
)
from ingress.model.snapshot import Snapshot
from ingress.settings import ProxySettings
from ingress.worker.serving import Worker

pytestmark = pytest.mark.usefixtures("each_lane")

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello"
MEBIBYTE = 1024 * 1024


class TestReceiving:
    async def test_a_generation_that_builds_is_applied(self):
        async with served() as house:
            assert house.worker.ready
            assert house.publish(snapshot_of({"/": ()})) == Applied(2)
            assert house.worker.generation == 2

    async def test_what_cannot_be_decoded_is_refused(self):
        async with served() as house:
            answer = decode_acknowledgement(house.worker.receive(b"\x00nonsense"))
            assert isinstance(answer, Refused)
            assert house.worker.generation == 1

    async def test_a_delta_from_another_generation_is_refused(self):
        async with served() as house:
            delta = diff(Snapshot(), snapshot_of({"/": ()}))
            strange = Publication(generation=9, base=8, delta=delta)
            answer = decode_acknowledgement(house.worker.receive(encode_publication(strange)))
            assert answer == Refused(9, "based on 8, but 1 is being served")
            assert (await house.ask(GET)).status == 404

    async def test_a_whole_snapshot_is_taken_whatever_came_before(self):
        async with served(snapshot_of({"/": ()})) as house:
            whole = Publication(generation=7, base=0, delta=diff(Snapshot(), Snapshot()))
            answer = decode_acknowledgement(house.worker.receive(encode_publication(whole)))
            assert answer == Applied(7)
            assert (await house.ask(GET)).status == 404

    async def test_what_cannot_be_loaded_for_want_of_a_descriptor_is_refused(self):
        async with served() as house:
            with no_descriptor_left():
                answer = house.publish(Snapshot(certificates={"default/a": FALLBACK}))
            assert isinstance(answer, Refused)
            assert "Too many open files" in answer.message
            assert house.worker.generation == 1

    async def test_ready_means_that_a_snapshot_is_being_served(self):
        log = io.BytesIO()
        worker = Worker(ProxySettings(access_log="off"), FALLBACK, output=log)
        assert not worker.ready
        await worker.start([listening()])
        assert not worker.ready
        house = Served(worker, port=0, tls_port=0, log=log)
        house.publish(Snapshot())
        assert worker.ready
        await worker.drain()
        assert not worker.ready


async def test_no_request_fails_while_snapshots_are_swapped():
    first, second = Recorder(), Recorder()
    async with serving(first.serve) as one, serving(second.serve) as two, served() as house:
        turns = [
            snapshot_of({"/": (one.endpoint,)}),
            snapshot_of({"/": (one.endpoint, two.endpoint), "/x": ()}),
            snapshot_of({"/": (two.endpoint,)}, host="a.test"),
        ]
        house.publish(turns[0])
        swaps = [asyncio.Event() for _ in range(100)]
        await asyncio.gather(
            *(ask_for_each(swaps, house) for _ in range(4)), swap(house, turns, swaps)
        )
    assert first.whole
    assert second.whole


async def ask_for_each(swaps, house):
    """Ask by GET and by POST for each swap, which may happen from the first bytes on."""
    for count, asked in enumerate(swaps):
        if count % 5 == 0:
            client = await house.client()
        for request in (GET, POST):
            await client.send(request)
            asked.set()
            assert (await client.response()).status == 200
        if count % 5 == 4:
            client.close()


async def swap(house, turns, swaps):
    for turn, asked in enumerate(swaps):
        await asked.wait()
        assert house.publish(turns[turn % 3]) == Applied(turn + 3)


async def test_a_request_keeps_the_generation_that_it_began_with():
    asked, answer = asyncio.Event(), asyncio.Event()

    async def serve(reader, writer):
        await read_head(reader)
        asked.set()
        await answer.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
        client = await house.client()
        await client.send(GET)
        await asked.wait()
        house.publish(Snapshot())
        assert (await house.ask(GET)).status == 404
        answer.set()
        assert (await client.response()).status == 200


class TestDraining:
    async def test_idle_connections_close_soon_and_none_is_accepted(self):
        async with served(drain_timeout=10.0) as house:
            idle = await house.client()
            await idle.ask(GET)
            fresh = await house.client()
            await eventually(lambda: house.worker.counts().connections == 2)
            await asyncio.wait_for(house.worker.drain(), 5)
            assert await idle.is_over()
            assert await fresh.is_over()
            with pytest.raises(ConnectionRefusedError):
                await house.client()

    async def test_an_idle_client_may_ask_once_more_and_is_told_to_go(self):
        async with served(drain_timeout=10.0, drain_idle_timeout=8.0) as house:
            client = await house.client()
            await client.ask(GET)
            draining = asyncio.create_task(house.worker.drain())
            await asyncio.wait([draining], timeout=0.5)  # longer than it waits by default
            response = await client.ask(GET)
            assert (response.status, response.value("connection")) == (404, "close")
            assert await client.is_over()
            await asyncio.wait_for(draining, 5)

    async def test_what_is_in_flight_is_finished_and_announces_the_close(self):
        asked, answer = asyncio.Event(), asyncio.Event()

        async def serve(reader, writer):
            await read_head(reader)
            asked.set()
            await answer.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        async with (
            serving(serve) as up,
            served(snapshot_of({"/": (up.endpoint,)}), drain_timeout=10.0) as house,
        ):
            client = await house.client()
            await client.send(GET)
            await asked.wait()
            draining = asyncio.create_task(house.worker.drain())
            await eventually(lambda: not house.worker.ready)
            answer.set()
            response = await client.response()
            assert (response.body, response.value("connection")) == (b"ok", "close")
            assert await client.is_over()
            await asyncio.wait_for(draining, 5)

    async def test_what_takes_too_long_is_cut_off(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
            await reader.read()

        async with (
            serving(serve) as up,
            served(snapshot_of({"/": (up.endpoint,)}), drain_timeout=0.05) as house,
        ):
            client = await house.client()
            await client.send(GET)
            await client.head()
            await asyncio.wait_for(house.worker.drain(), 5)
            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.reader.readexactly(9)


class TestStreaming:
    """Bodies of many times what may be held in memory; slow ends hold the other one up."""

    SIZE = 256 * MEBIBYTE
    PIECE = b"x" * (256 * 1024)

    async def test_a_download_goes_by_at_a_flat_memory(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.SIZE)
            for _ in range(self.SIZE // len(self.PIECE)):
                writer.write(self.PIECE)
                await writer.drain()
            await reader.read()

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET)
            await client.head()
            before, left = peak(), self.SIZE
            while left:
                left -= len(await client.reader.read(MEBIBYTE))
            assert peak() - before < 30 * MEBIBYTE

    @pytest.mark.parametrize("chunked", [False, True])
    async def test_an_upload_goes_by_at_a_flat_memory(self, chunked):
        received = 0

        async def serve(reader, writer):
            nonlocal received
            await read_head(reader)
            while received < self.SIZE:
                received += len(await reader.read(MEBIBYTE))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await reader.read()

        head = b"POST / HTTP/1.1\r\nHost: a.test\r\n"
        head += b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % self.SIZE
        piece = b"%x\r\n%b\r\n" % (len(self.PIECE), self.PIECE) if chunked else self.PIECE
        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(head + b"\r\n\r\n")
            before = peak()
            for _ in range(self.SIZE // len(self.PIECE)):
                await client.send(piece)
            if chunked:
                await client.send(b"0\r\n\r\n")
            assert (await client.response()).status == 200
            assert peak() - before < 30 * MEBIBYTE

    async def test_a_client_that_reads_nothing_holds_the_upstream_up(self):
        sent = 0

        async def serve(reader, writer):
            nonlocal sent
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.SIZE)
            with contextlib.suppress(ConnectionError):
                while sent < self.SIZE:
                    writer.write(self.PIECE)
                    await writer.drain()
                    sent += len(self.PIECE)

        async with (
            serving(serve) as up,
            served(snapshot_of({"/": (up.endpoint,)}), client_send_timeout=0.5) as house,
        ):
            client = await house.client()
            client.writer.transport.pause_reading()
            await client.send(GET)
            await eventually(lambda: sent)
            await eventually(lambda: not up.open)
        assert 0 < sent < 32 * MEBIBYTE


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
