"""Exchanges over real sockets, with upstreams that write raw bytes."""

import asyncio
import socket
import threading

import pytest
from wire.upstreams import GOOD, eventually, get, pools, read_head, rest_of, serving, turn_over

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream import CHUNKED
from ingress.proxy.upstream.connection import READ_AHEAD

HOST = b"Host: a\r\n"
PATIENT = Timeouts(connect=5, read=5, send=5)


async def opened(upstreams, upstream, **timeouts):
    patience = {"connect": 5, "read": 5, "send": 5} | timeouts
    return await upstreams.open(upstream.endpoint, timeouts=Timeouts(**patience))


async def send_all(connection, size):
    for _ in range(0, size, 100_000):
        await connection.send_body(b"x" * 100_000)


async def test_a_request_goes_out_byte_for_byte():
    received = []

    async def serve(reader, writer):
        received.append(await reader.readuntil(b"0\r\n\r\n"))
        writer.write(GOOD)

    fields = b"hOsT: a:80\r\nA: 1\r\na:\xff\t\r\n"
    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("POST", "/%2F//a?", fields=fields, framing=CHUNKED)
        await connection.send_body(b"hello")
        await connection.send_body(b"")
        await connection.end_body()
        assert await rest_of(connection) == (200, b"good")
        connection.release()
    expected = (
        b"POST /%2F//a? HTTP/1.1\r\nhOsT: a:80\r\nA: 1\r\na:\xff\t\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    )
    assert received == [expected]


async def test_a_connection_carries_one_exchange_after_another():
    async def serve(reader, writer):
        while True:
            await read_head(reader)
            writer.write(GOOD)

    async with pools() as upstreams, serving(serve) as upstream:
        first, *_ = await get(upstreams, upstream.endpoint)
        assert repr(first.link) == f"<Link {upstream.endpoint} idle>"
        second, *answer = await get(upstreams, upstream.endpoint)
        assert second.link is first.link
        assert second.reused
        assert answer == [200, b"good"]
        assert upstream.connections == 1
    assert repr(first.link) == f"<Link {upstream.endpoint} closed, reused>"


async def test_interim_heads_are_collected():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n")
        await turn_over()
        writer.write(GOOD)

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("GET", "/", fields=HOST)
        head = await connection.response()
        assert [(i.status, i.kept) for i in head.interims] == [(103, b"Link: <a>\r\n")]
        connection.release()


async def test_early_response_while_the_body_is_still_being_sent():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("POST", "/", fields=HOST, framing=10)
        answer = asyncio.create_task(rest_of(connection))
        await connection.send_body(b"12345")
        assert await answer == (413, b"no")
        assert connection.response_complete
        connection.release()
        assert connection.is_closed


async def test_an_exchange_that_was_answered_early_is_the_connections_last():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(GOOD)
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("POST", "/", fields=HOST, framing=5)
        assert await rest_of(connection) == (200, b"good")
        await connection.send_body(b"12345")
        connection.release()
        assert connection.is_closed


async def test_the_early_response_of_an_upstream_that_closes_is_not_lost():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")

    async with pools() as upstreams, serving(serve) as upstream:
        for _ in range(100):
            connection = await opened(upstreams, upstream)
            await connection.send_head("POST", "/", fields=HOST, framing=50_000_000)
            sending = asyncio.create_task(send_all(connection, 50_000_000))
            assert await rest_of(connection) == (413, b"no")
            with pytest.raises(Failure) as failed:
                await sending
            assert failed.value.kind in (FailureKind.CLOSED, FailureKind.RESET)
            connection.release()


async def test_an_answer_that_a_failing_write_meets_in_the_kernel_is_not_lost():
    def serve(listener):
        accepted, _ = listener.accept()
        with accepted:
            accepted.recv(100)
            accepted.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = Endpoint(address="127.0.0.1", port=listener.getsockname()[1])
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        async with pools() as upstreams:
            connection = await upstreams.open(endpoint, timeouts=PATIENT)
            await connection.send_head("POST", "/" + "x" * 300, fields=HOST, framing=10_000_000)
            await asyncio.sleep(0)  # the head leaves with the end of the event loop's turn
            # The event loop sees nothing of the answer, and of the reset, before it writes.
            thread.join()
            with pytest.raises(Failure):
                await send_all(connection, 10_000_000)
            assert await rest_of(connection) == (413, b"no")
            connection.release()


async def test_a_close_before_the_answer_is_a_failure_while_sending_too():
    async def serve(reader, _writer):
        await read_head(reader)

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("POST", "/", fields=HOST, framing=CHUNKED)
        with pytest.raises(Failure) as failed:
            await connection.response()
        assert failed.value.kind is FailureKind.CLOSED
        for send in (connection.send_body(b"x"), connection.end_body()):
            with pytest.raises(Failure):
                await send
        connection.release()


async def test_the_upstream_waits_for_a_slow_reader():
    written = 0

    async def serve(reader, writer):
        nonlocal written
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % 200_000_000)
        for _ in range(2000):
            writer.write(b"x" * 100_000)
            await writer.drain()
            written += 100_000

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("GET", "/", fields=HOST)
        await connection.response()
        before = -1
        while before < written:
            before = written
            await asyncio.sleep(0.05)
        # What the kernel holds on both sides, and what is read ahead.
        assert written < 20_000_000
        total, largest = 0, 0
        while chunk := await connection.read_body():
            total, largest = total + len(chunk), max(largest, len(chunk))
        assert total == 200_000_000
        assert largest < 5 * READ_AHEAD
        connection.release()


async def test_a_connection_that_was_paused_is_fit_for_the_next_exchange():
    body = b"x" * 3 * READ_AHEAD

    async def serve(reader, writer):
        while True:
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async with pools() as upstreams, serving(serve) as upstream:
        for _ in range(3):
            connection = await opened(upstreams, upstream)
            await connection.send_head("GET", "/", fields=HOST)
            await eventually(lambda connection=connection: connection.link.paused)
            assert await rest_of(connection) == (200, body)
            connection.release()
        # Paused, whole and unread: what is left is thrown away, and the connection reads again.
        connection = await opened(upstreams, upstream)
        await connection.send_head("GET", "/", fields=HOST)
        await connection.response()
        while not connection.response_complete:
            await connection.read_body()
        connection.release()
        again, *answer = await get(upstreams, upstream.endpoint)
        assert (again.link, answer) == (connection.link, [200, body])
        assert upstream.connections == 1


async def test_sending_waits_for_an_upstream_that_is_slow_to_read():
    go_on = asyncio.Event()

    async def serve(reader, writer):
        await read_head(reader)
        await go_on.wait()
        await reader.readexactly(50_000_000)
        writer.write(GOOD)

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("PUT", "/", fields=HOST, framing=50_000_000)
        sent = 0

        async def upload():
            nonlocal sent
            for _ in range(500):
                await connection.send_body(b"x" * 100_000)
                sent += 100_000

        sending = asyncio.create_task(upload())
        await asyncio.sleep(0.2)
        assert sent < 20_000_000
        go_on.set()
        await sending
        assert await rest_of(connection) == (200, b"good")
        connection.release()


async def test_the_time_to_read_runs_anew_with_every_byte():
    async def serve(reader, writer):
        await read_head(reader)
        for byte in GOOD[:-1]:
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.02)
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream, read=0.3)
        await connection.send_head("GET", "/", fields=HOST)
        assert (await connection.response()).status == 200
        with pytest.raises(Failure) as failed:
            await rest_of(connection)
        assert (failed.value.kind, failed.value.status) == (FailureKind.READ_TIMEOUT, 504)
        connection.release()
        assert connection.is_closed


async def test_the_time_to_read_begins_when_the_request_is_complete():
    async def serve(reader, _writer):
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream, read=0.05)
        await connection.send_head("PUT", "/", fields=HOST, framing=2)
        answer = asyncio.create_task(connection.response())
        await asyncio.sleep(0.15)
        assert not answer.done()
        await connection.send_body(b"hi")
        with pytest.raises(Failure) as failed:
            await answer
        assert failed.value.kind is FailureKind.READ_TIMEOUT


async def test_the_time_to_send_runs_while_nothing_is_read():
    async def serve(reader, _writer):
        await read_head(reader)
        await asyncio.sleep(60)

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream, send=0.1)
        await connection.send_head("PUT", "/", fields=HOST, framing=CHUNKED)
        with pytest.raises(Failure) as failed:
            await send_all(connection, 100_000_000)
        assert (failed.value.kind, failed.value.status) == (FailureKind.SEND_TIMEOUT, 504)
        assert connection.is_closed


async def test_a_slow_reader_that_goes_on_reading_is_in_time():
    async def serve(reader, writer):
        await read_head(reader)
        left = 8_000_000
        while left:
            left -= len(await reader.read(50_000))
            await asyncio.sleep(0.01)
        writer.write(GOOD)

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream, send=1, read=5)
        await connection.send_head("PUT", "/", fields=HOST, framing=8_000_000)
        await connection.send_body(b"x" * 8_000_000)
        assert await rest_of(connection) == (200, b"good")
        connection.release()


@pytest.mark.parametrize("read_first", [False, True])
async def test_cancelling_the_exchange_closes_at_once(read_first):
    closed = asyncio.Event()

    async def serve(reader, writer):
        await read_head(reader)
        if read_first:
            writer.write(GOOD[:-1])
        await reader.read()
        closed.set()

    async def exchange(connection):
        try:
            await connection.send_head("GET", "/", fields=HOST)
            await rest_of(connection)
        finally:
            connection.release()

    async with pools() as upstreams, serving(serve) as upstream:
        task = asyncio.create_task(exchange(await opened(upstreams, upstream)))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait_for(closed.wait(), 1)
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/ HTTP/1.1\r\nEvil: 1"),
        ("GET", "/a b"),
        ("GET /a", "/b"),
        ("CONNECT", "a:1"),
    ],
)
async def test_a_head_that_would_say_more_is_not_sent(method, target):
    received = []

    async def serve(reader, _writer):
        received.append(await reader.read())

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        with pytest.raises(Failure) as failed:
            await connection.send_head(method, target, fields=HOST)
        assert failed.value.kind is FailureKind.BAD_REQUEST
        assert connection.is_closed
        await eventually(lambda: received == [b""] or not upstream.connections)


@pytest.mark.parametrize("chunks", [(b"123456",), (b"123", b"456"), (b"12", None), (None,)])
async def test_a_body_of_another_length_than_announced_closes(chunks):
    async def serve(reader, _writer):
        await reader.read()

    async def send(connection):
        for chunk in chunks:
            await (connection.end_body() if chunk is None else connection.send_body(chunk))

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("PUT", "/", fields=HOST, framing=5)
        with pytest.raises(Failure) as failed:
            await send(connection)
        assert (failed.value.kind, failed.value.status) == (FailureKind.BAD_REQUEST, 400)
        assert connection.is_closed


async def test_a_greeting_is_no_answer():
    async def serve(reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await eventually(lambda: connection.is_closed)
        with pytest.raises(Failure) as failed:
            await connection.send_head("GET", "/", fields=HOST)
        assert (failed.value.kind, failed.value.status) == (FailureKind.BROKEN, 502)
        connection.release()


async def send_for_ever(connection):
    while True:  # the kernel may take some megabytes that nobody reads
        await connection.send_body(b"x" * 1_000_000)


async def test_a_reset_in_the_middle_of_a_body_is_a_failure():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("PUT", "/", fields=HOST, framing=CHUNKED)
        with pytest.raises(Failure):
            await send_for_ever(connection)
        with pytest.raises(Failure) as failed:
            await rest_of(connection)
        assert failed.value.kind is FailureKind.RESET


async def test_a_tunnel_gets_what_came_behind_the_101():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(b"HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\nframe")
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        await connection.send_head("GET", "/", fields=HOST, upgrade=b"websocket")
        assert (await connection.response()).status == 101
        leftover, transport = connection.into_tunnel()
        assert leftover == b"frame"
        assert not transport.is_reading()
        connection.release()
        assert not transport.is_closing()
        transport.abort()


async def test_only_a_101_opens_a_tunnel():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(GOOD)

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await opened(upstreams, upstream)
        with pytest.raises(RuntimeError):
            connection.into_tunnel()
        await connection.send_head("GET", "/", fields=HOST, upgrade=b"websocket")
        assert (await connection.response()).status == 200
        with pytest.raises(RuntimeError):
            connection.into_tunnel()
        connection.release()
