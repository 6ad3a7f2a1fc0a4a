import asyncio
import socket

import pytest
from proxy.tls.talking import listener, no_descriptor_left, trusting_nobody
from wire.served import listening
from wire.upstreams import eventually

from ingress.proxy.acceptor import AT_ONCE, Acceptor

CROWD = 200


async def test_a_crowd_is_let_in_one_and_all():
    async with listener() as house:
        clients = [await house.plain_client() for _ in range(CROWD)]
        await eventually(lambda: len(house.handshakes._going) == CROWD)
        for client in clients:
            client.close()
        await house.handshakes.over(5)


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
async def test_who_comes_is_told_with_where_and_how(family):
    host = "::1" if family == "AF_INET6" else "127.0.0.1"
    opened, came = socket.create_server((host, 0), family=socket.AddressFamily[family]), []
    client = socket.create_connection(opened.getsockname()[:2], 5)
    acceptor = Acceptor(opened, lambda *one: came.append(one), tls=True)
    acceptor.start()
    acceptor.stop()
    ((connection, peer),) = came
    own, other = client.getsockname(), client.getpeername()
    assert peer == (host, own[1], other[1], True)
    assert (connection.getsockname(), connection.getpeername()) == (other, own)
    assert (connection.family, connection.type) == (client.family, socket.SOCK_STREAM)
    connection.close()
    client.close()


async def test_many_are_taken_in_a_turn_and_the_others_in_the_next():
    opened, taken = listening(), []
    clients = [socket.create_connection(opened.getsockname(), 5) for _ in range(AT_ONCE + 4)]
    acceptor = Acceptor(opened, lambda connection, _: taken.append(connection), tls=False)
    acceptor.start()
    counts = [0]
    while counts[-1] < len(clients):
        await asyncio.sleep(0)
        if len(taken) > counts[-1]:
            counts.append(len(taken))
    assert counts == [0, AT_ONCE, AT_ONCE + 4]
    acceptor.stop()
    for connection in (*clients, *taken):
        connection.close()


async def test_small_answers_are_not_held_back_by_the_kernel():
    async with listener() as house:
        client = await house.client()
        await eventually(lambda: house.talks)
        connection = house.talks[0].transport.get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.close()


async def test_who_is_in_the_backlog_at_the_end_is_still_let_in():
    async with listener() as house:
        clients = [await house.plain_client() for _ in range(10)]
        house.stop()
        for client in clients:
            client.settimeout(10)
        connecting = (
            asyncio.to_thread(trusting_nobody().wrap_socket, client, suppress_ragged_eofs=False)
            for client in clients
        )
        for secure in await asyncio.gather(*connecting):
            secure.close()
        assert len(house.talks) == 10
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(house.address, 5)


async def test_without_a_descriptor_clients_wait_and_the_log_says_so_once(caplog):
    async with listener() as house:
        client = socket.socket()
        client.settimeout(0)
        loop = asyncio.get_running_loop()
        with client:
            with no_descriptor_left():
                await loop.sock_connect(client, house.address)
                await eventually(lambda: caplog.messages)
                await asyncio.sleep(0.25)  # it tries again, twice
                assert not house.handshakes._going
            await eventually(lambda: house.handshakes._going)
    assert len(caplog.messages) == 1
    assert "Too many open files" in caplog.text
