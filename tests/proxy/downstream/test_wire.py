import asyncio

import pytest

from ingress.model.messages import Peer
from ingress.proxy.downstream.bridge import Bridge
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1 import Sieve
from ingress.proxy.outlet import Turn
from ingress.settings import ProxySettings


class Lane:
    """A lane that bridges each connection at once."""

    def __init__(self):
        self.settings = ProxySettings()
        self.turn = Turn(asyncio.get_running_loop())
        self.bridge = asyncio.get_running_loop().create_future()

    def sieve(self, peer):  # noqa: ARG002
        return Sieve()

    def opened(self, gate):
        self.bridge.set_result(Bridge(gate, asyncio.Protocol()))

    def closed(self, gate, exc):
        pass


async def connected():
    lane = Lane()
    peer = Peer("127.0.0.1", 1, 80, tls=False)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Gate(lane, peer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    server.close()
    bridge = await lane.bridge
    return reader, writer, bridge.gate, bridge.wire


async def test_what_is_sent_waits_for_a_client_that_is_slow_to_read():
    reader, writer, gate, wire = await connected()
    await wire.send(b"head", seconds=5)
    wire.writelines([b" ", b"x"])
    assert await reader.readexactly(6) == b"head x"
    gate.pause_writing()
    sending = asyncio.create_task(wire.send(b"body", seconds=5))
    assert await reader.readexactly(4) == b"body"
    assert not sending.done()
    gate.resume_writing()
    wire.wake()
    await sending
    writer.close()
    wire.abort()


async def test_a_client_that_takes_nothing_is_given_up():
    _, writer, gate, wire = await connected()
    gate.pause_writing()
    with pytest.raises(Failure) as failed:
        await wire.send(b"body", seconds=0.01)
    assert failed.value.kind is FailureKind.CLIENT_GONE
    writer.close()
    wire.abort()


async def test_nothing_is_written_after_a_close():
    reader, writer, _, wire = await connected()
    await wire.send(b"head", seconds=5)
    wire.close()
    assert wire.is_closing()
    with pytest.raises(Failure):
        await wire.send(b"more", seconds=5)
    wire.close()
    assert await reader.read() == b"head"
    writer.close()


async def test_it_tells_what_the_transport_knows():
    _, writer, _, wire = await connected()
    assert wire.get_extra_info("sockname") == writer.get_extra_info("peername")
    assert wire.get_write_buffer_size() == 0
    assert not wire.can_write_eof()
    wire.pause_reading()
    wire.resume_reading()
    writer.close()
    wire.abort()
