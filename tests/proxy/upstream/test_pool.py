import asyncio
import socket
import time

import pytest
from wire.upstreams import GOOD, eventually, get, good, pools, read_head, serving, turn_over

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream import Upstreams
from ingress.proxy.upstream.pool import _connect_failure
from ingress.settings import ProxySettings

HOST = b"Host: a\r\n"
PATIENT = Timeouts(connect=5, read=5, send=5)


async def test_a_fresh_one_is_new_though_others_are_idle():
    async with pools() as upstreams, serving(good) as upstream:
        idle, *_ = await get(upstreams, upstream.endpoint)
        fresh = await upstreams.open(upstream.endpoint, timeouts=PATIENT, fresh=True)
        assert fresh.link is not idle.link
        assert not fresh.reused


async def test_unfinished_exchanges_are_not_kept():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(GOOD[:-1])
        await reader.read()

    async with pools() as upstreams, serving(serve) as upstream:
        connection = await upstreams.open(upstream.endpoint, timeouts=PATIENT)
        connection.release()
        assert connection.is_closed
        connection = await upstreams.open(upstream.endpoint, timeouts=PATIENT)
        await connection.send_head("GET", "/", fields=HOST)
        await connection.response()
        connection.release()
        connection.release()
        assert connection.is_closed


async def test_a_refused_connection():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with pools() as upstreams:
        with pytest.raises(Failure) as failed:
            await upstreams.open(Endpoint(address="127.0.0.1", port=port), timeouts=PATIENT)
    assert (failed.value.kind, failed.value.status) == (FailureKind.REFUSED, 502)


async def test_connecting_takes_no_longer_than_it_may():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        # Whoever comes after a full backlog hears nothing.
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.settimeout(0)
            client.connect_ex(("127.0.0.1", port))
        begin = time.monotonic()
        async with pools() as upstreams:
            with pytest.raises(Failure) as failed:
                await upstreams.open(
                    Endpoint(address="127.0.0.1", port=port), timeouts=Timeouts(connect=0.1)
                )
        assert (failed.value.kind, failed.value.status) == (FailureKind.CONNECT_TIMEOUT, 504)
        assert time.monotonic() - begin < 2
        for client in waiting:
            client.close()


async def test_names_are_resolved_when_connecting():
    async with pools() as upstreams, serving(good) as upstream:
        named = Endpoint(address="localhost", port=upstream.endpoint.port)
        _, *answer = await get(upstreams, named)
        assert answer == [200, b"good"]


async def test_a_name_that_is_none():
    # A label may have 63 characters; nobody is asked for a longer one.
    async with pools() as upstreams:
        with pytest.raises(Failure) as failed:
            await upstreams.open(Endpoint(address="x" * 64 + ".a", port=80), timeouts=PATIENT)
    assert (failed.value.kind, failed.value.status) == (FailureKind.UNRESOLVED, 502)


def test_a_name_that_nobody_knows():
    failure = _connect_failure(socket.gaierror(socket.EAI_NONAME, "unknown"))
    assert failure.kind is FailureKind.UNRESOLVED


async def test_an_address_that_cannot_be_reached():
    # The kernel refuses to connect to it; nothing is sent.
    async with pools() as upstreams:
        with pytest.raises(Failure) as failed:
            await upstreams.open(Endpoint(address="255.255.255.255", port=80), timeouts=PATIENT)
    assert (failed.value.kind, failed.value.status) == (FailureKind.UNREACHABLE, 502)


async def test_closing_ends_what_is_in_use_too():
    async with serving(good) as upstream:
        upstreams = Upstreams(ProxySettings())
        await get(upstreams, upstream.endpoint)
        busy = await upstreams.open(upstream.endpoint, timeouts=PATIENT, fresh=True)
        await upstreams.close()
        await upstreams.close()
        assert busy.is_closed
        assert repr(upstreams) == "<Upstreams 0 open, 0 idle>"
        await eventually(lambda: not upstream.open)


async def test_a_hundred_exchanges_at_once_get_their_own_answers():
    async def serve(reader, writer):
        while True:
            target = (await read_head(reader)).split(b" ")[1]
            await turn_over()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(target) + target)

    async with pools() as upstreams, serving(serve) as upstream:
        for _ in range(3):
            targets = [f"/{number}" for number in range(100)]
            answers = await asyncio.gather(
                *(get(upstreams, upstream.endpoint, target=target) for target in targets)
            )
            assert [body.decode() for _, _, body in answers] == targets
        assert upstream.connections <= 100
