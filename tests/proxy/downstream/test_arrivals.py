import asyncio
import socket
import struct

from wire.served import listening

from ingress.proxy.acceptor import Acceptor
from ingress.proxy.downstream.arrivals import Arrivals


class Greeter(asyncio.Protocol):
    """Says hello and goes."""

    def connection_made(self, transport):
        transport.write(b"hello")
        transport.close()


async def test_everybody_who_was_waiting_has_a_protocol_once_it_is_over():
    listener, arrivals = listening(), Arrivals(lambda _: Greeter())
    clients = [socket.create_connection(listener.getsockname(), 5) for _ in range(40)]
    acceptor = Acceptor(listener, arrivals.begin, tls=False)
    acceptor.start()
    acceptor.stop()
    await arrivals.over()
    assert [await asyncio.to_thread(client.recv, 10) for client in clients] == [b"hello"] * 40
    for client in clients:
        client.close()


async def test_those_who_left_before_they_were_let_in_keep_nobody_waiting():
    listener, arrivals = listening(), Arrivals(lambda _: Greeter())
    for _ in range(10):
        client = socket.create_connection(listener.getsockname(), 5)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    with socket.create_connection(listener.getsockname(), 5) as patient:
        acceptor = Acceptor(listener, arrivals.begin, tls=False)
        acceptor.start()
        acceptor.stop()
        await arrivals.over()
        assert await asyncio.to_thread(patient.recv, 10) == b"hello"
