import asyncio

from wire.recording import Recorder
from wire.served import served, snapshot_of
from wire.upstreams import GOOD, eventually, read_head, serving, turn_over

from ingress.model.snapshot import Endpoint

GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.test\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


class TestWhatAiohttpCannotCarry:
    async def test_trailers_of_a_response(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n")
            await turn_over()
            writer.write(b"Grpc-Status: 0\r\nHost: evil\r\n\r\n")
            await reader.read()

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET)
            assert (await client.head()).value("transfer-encoding") == "chunked"
            body = await client.reader.readuntil(b"0\r\n\r\n")
            assert body == b"2\r\nhi\r\n0\r\nGrpc-Status: 0\r\n\r\n"

    async def test_trailers_of_a_request(self):
        received = asyncio.get_running_loop().create_future()

        async def serve(reader, writer):
            await read_head(reader)
            received.set_result(await reader.readuntil(b"1\r\n\r\n"))
            writer.write(GOOD)

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            body = b"2;x\r\nhi\r\n0\r\nX-Sum:1\r\n\r\n"
            response = await house.ask(POST + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        assert response.body == b"good"
        assert await received == b"2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"

    async def test_interim_responses(self):
        async def serve(reader, writer):
            while True:
                await read_head(reader)
                for interim in (
                    b"100 Continue\r\n",
                    b"103 Early Hints\r\nLink: <a>\r\n",
                    b"102 .\r\n",
                ):
                    writer.write(b"HTTP/1.1 " + interim + b"\r\n")
                    await turn_over()
                writer.write(GOOD)

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET)
            assert (await client.head()).lines == (b"HTTP/1.1 103 Early Hints", b"Link: <a>")
            assert (await client.head()).lines == (b"HTTP/1.1 102 .",)
            assert (await client.response()).body == b"good"
            old = await house.client()
            await old.send(b"GET / HTTP/1.0\r\n\r\n")
            assert (await old.head()).status == 200


class TestBackpressure:
    async def test_a_response_ends_when_its_last_byte_is_taken(self):
        size = 30_000_000

        async def serve(reader, writer):
            while True:
                await read_head(reader)
                writer.write(OK + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)

        async with serving(serve) as up, served(snapshot_of({"/": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET + GET)
            for _ in range(2):
                await client.head()
                assert len(await client.reader.readexactly(size)) == size
            series = ("default/test", "default/service-0")
            await eventually(lambda: series in house.worker.counts().series)

    async def test_a_client_that_takes_nothing_is_given_up(self):
        async def serve(reader, writer):
            await read_head(reader)
            writer.write(OK + b"Content-Length: 30000000\r\n\r\n" + b"x" * 30_000_000)
            await reader.read()

        async with (
            serving(serve) as up,
            served(snapshot_of({"/": (up.endpoint,)}), client_send_timeout=0.1) as house,
        ):
            client = await house.client()
            client.writer.transport.pause_reading()
            await client.send(GET)
            await eventually(
                lambda: any("client-gone" in key for key in house.worker.counts().failures)
            )
            await eventually(lambda: not up.open)

    async def test_a_body_that_comes_while_connecting_waits_for_the_link(self):
        gone = Endpoint(address="127.0.0.1", port=1)
        recorder = Recorder()
        async with (
            serving(recorder.serve) as up,
            served(snapshot_of({"/": (gone, up.endpoint)})) as house,
        ):
            body = b"x" * 1_000_000
            raw = POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
            for _ in range(2):
                assert (await house.ask(raw)).status == 200
        assert [seen.body for seen in recorder.whole] == [body, body]


class TestManyRequestsAtOnce:
    async def test_answers_of_ours_come_one_after_another(self):
        async with served() as house:
            client = await house.client()
            await client.send(GET * 1200)
            for _ in range(1200):
                assert (await client.response()).status == 404

    async def test_a_half_closed_client_gets_all_that_it_asked_for(self):
        async def serve(reader, writer):
            await read_head(reader)
            await turn_over()
            writer.write(GOOD)

        async with serving(serve) as up, served(snapshot_of({"/up": (up.endpoint,)})) as house:
            client = await house.client()
            await client.send(GET.replace(b"/ ", b"/up ") + GET * 2)
            client.writer.write_eof()
            statuses = [(await client.response()).status for _ in range(3)]
            assert statuses == [200, 404, 404]
            assert await client.is_over()
