import asyncio
import socket

import pytest
from wire.upstreams import GOOD, eventually, get, good, pools, read_head, serving

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind, Retry

HOST = b"Host: a\r\n"
PATIENT = Timeouts(connect=5, read=5, send=5)


async def test_the_one_that_became_idle_last_is_taken_first():
    async with pools() as upstreams, serving(good) as upstream:
        three = [await upstreams.open(upstream.endpoint, timeouts=PATIENT) for _ in range(3)]
        for connection in three:
            await connection.send_head("GET", "/", fields=HOST)
            await connection.response()
            await eventually(lambda connection=connection: connection.response_complete)
            connection.release()
        assert repr(upstreams) == "<Upstreams 3 open, 3 idle>"
        taken = [await upstreams.open(upstream.endpoint, timeouts=PATIENT) for _ in range(3)]
        assert [one.link for one in taken] == [one.link for one in three[::-1]]
        assert upstream.connections == 3


async def test_endpoints_that_differ_in_their_target_share_a_pool():
    async with pools() as upstreams, serving(good) as upstream:
        address, port = upstream.endpoint.address, upstream.endpoint.port
        await get(upstreams, Endpoint(address=address, port=port, target="a"))
        await get(upstreams, Endpoint(address=address, port=port, target="b"))
        assert upstream.connections == 1


@pytest.mark.parametrize("spoken", [GOOD, b"H", b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
@pytest.mark.parametrize("noticed", [True, False])
async def test_a_byte_while_idle_closes(spoken, noticed):
    writers = []

    async def serve(reader, writer):
        writers.append(writer)
        await good(reader, writer)

    async with pools() as upstreams, serving(serve) as upstream:
        idle, *_ = await get(upstreams, upstream.endpoint)
        writers[0].write(spoken)
        if noticed:
            await eventually(lambda: idle.is_closed)
        else:
            # It is in the kernel by now, and the event loop has not read it.
            assert not idle.is_closed
        other, *answer = await get(upstreams, upstream.endpoint)
        assert other.link is not idle.link
        assert idle.is_closed
        assert answer == [200, b"good"]


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_close_while_idle_is_seen_before_the_next_request(noticed):
    writers = []

    async def serve(reader, writer):
        writers.append(writer)
        await good(reader, writer)

    async with pools() as upstreams, serving(serve) as upstream:
        idle, *_ = await get(upstreams, upstream.endpoint)
        if noticed:
            writers[0].close()
            await eventually(lambda: idle.is_closed)
            await eventually(lambda: repr(upstreams) == "<Upstreams 0 open, 0 idle>")
        else:
            close_now(writers[0])
        other, *answer = await get(upstreams, upstream.endpoint)
        assert (other.reused, answer) == (False, [200, b"good"])


def close_now(writer):
    """Send the FIN within this turn of the event loop."""
    handle = socket.fromfd(
        writer.get_extra_info("socket").fileno(), socket.AF_INET, socket.SOCK_STREAM
    )
    with handle:
        handle.shutdown(socket.SHUT_WR)


async def test_a_close_that_crosses_the_request_may_be_repeated_on_a_new_connection():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(GOOD)
        await read_head(reader)

    async with pools() as upstreams, serving(serve) as upstream:
        await get(upstreams, upstream.endpoint)
        with pytest.raises(Failure) as failed:
            await get(upstreams, upstream.endpoint)
        assert failed.value.kind is FailureKind.STALE
        assert failed.value.retryable is Retry.NEW_CONNECTION


async def test_a_close_behind_the_first_byte_of_the_answer_is_not_stale():
    async def serve(reader, writer):
        await read_head(reader)
        writer.write(GOOD)
        await read_head(reader)
        writer.write(b"H")

    async with pools() as upstreams, serving(serve) as upstream:
        await get(upstreams, upstream.endpoint)
        with pytest.raises(Failure) as failed:
            await get(upstreams, upstream.endpoint)
        assert failed.value.kind is FailureKind.CLOSED


async def test_an_idle_one_is_closed_when_its_time_is_up():
    settings = {"upstream_keep_alive_timeout": 0.05}
    async with pools(**settings) as upstreams, serving(good) as upstream:
        idle, *_ = await get(upstreams, upstream.endpoint)
        await asyncio.sleep(0.1)
        # It is due, though the sweep is not: it must not be used.
        assert not idle.is_closed
        other, *_ = await get(upstreams, upstream.endpoint)
        assert other.link is not idle.link
        await eventually(lambda: other.is_closed)
        await eventually(lambda: repr(upstreams) == "<Upstreams 0 open, 0 idle>")


async def test_the_sweep_leaves_those_whose_time_is_not_up():
    settings = {"upstream_keep_alive_timeout": 1.3}
    async with pools(**settings) as upstreams, serving(good) as upstream:
        idle, *_ = await get(upstreams, upstream.endpoint)
        await asyncio.sleep(1.1)
        assert not idle.is_closed
        await eventually(lambda: idle.is_closed)


async def test_none_stays_idle_where_none_is_to_be_kept():
    async with (
        pools(upstream_keep_alive_connections=0) as upstreams,
        serving(good) as upstream,
    ):
        connection, *_ = await get(upstreams, upstream.endpoint)
        assert connection.is_closed


async def test_no_more_than_so_many_stay_idle_for_longer_than_a_burst():
    settings = {"upstream_keep_alive_connections": 2}
    async with pools(**settings) as upstreams, serving(good) as upstream:
        three = [await upstreams.open(upstream.endpoint, timeouts=PATIENT) for _ in range(3)]
        for connection in three:
            await connection.send_head("GET", "/", fields=HOST)
            await connection.response()
            await eventually(lambda connection=connection: connection.response_complete)
            connection.release()
        assert repr(upstreams).endswith("3 idle>")
        await eventually(lambda: three[0].is_closed)
        assert [connection.is_closed for connection in three] == [True, False, False]
        assert repr(upstreams).endswith("2 idle>")


async def test_pools_of_endpoints_that_are_gone_are_closed_once_idle():
    async with pools() as upstreams, serving(good) as gone, serving(good) as kept:
        idle, *_ = await get(upstreams, gone.endpoint)
        other, *_ = await get(upstreams, kept.endpoint)
        busy = await upstreams.open(gone.endpoint, timeouts=PATIENT, fresh=True)
        upstreams.retain([(kept.endpoint.address, kept.endpoint.port)])
        assert [idle.is_closed, other.is_closed, busy.is_closed] == [True, False, False]
        await busy.send_head("GET", "/", fields=HOST)
        await busy.response()
        await eventually(lambda: busy.response_complete)
        busy.release()
        assert busy.is_closed
