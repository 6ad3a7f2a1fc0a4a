"""A listener of ours with a protocol that keeps what it heard, and clients that speak raw TLS."""

import asyncio
import contextlib
import os
import resource
import socket
import ssl

from wire.served import FALLBACK, listening

from ingress.proxy.acceptor import Acceptor
from ingress.proxy.metrics import Metrics
from ingress.proxy.room import Room
from ingress.proxy.tls import Handshakes, Renewed, listening_context


def trusting_nobody(**attributes):
    """Return a client's context; ``attributes`` are set on it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    for name, value in attributes.items():
        setattr(context, name, value)
    return context


class Talk(asyncio.Protocol):
    """What a transport said, in the order in which it did."""

    def __init__(self):
        self.heard = bytearray()
        self.calls = []
        self.error = None

    def connection_made(self, transport):
        self.transport = transport
        self.calls.append("made")

    def data_received(self, data):
        self.heard += data

    def eof_received(self):
        self.calls.append("eof")

    def pause_writing(self):
        self.calls.append("pause")

    def resume_writing(self):
        self.calls.append("resume")

    def connection_lost(self, exc):
        self.calls.append("lost")
        self.error = exc

    @property
    def lost(self):
        return "lost" in self.calls


class Listener:
    """An acceptor at work; ``talks`` are the protocols, one for each handshake that succeeded."""

    def __init__(self, acceptor, handshakes, *, address, talks):
        self._acceptor, self.handshakes = acceptor, handshakes
        self.address, self.talks = address, talks

    def stop(self):
        """Accept no more; safe to call twice."""
        acceptor, self._acceptor = self._acceptor, None
        if acceptor:
            acceptor.stop()

    async def plain_client(self):
        """Return a TCP connection, non-blocking, that said nothing yet."""
        client = socket.socket()
        client.settimeout(0)
        await asyncio.get_running_loop().sock_connect(client, self.address)
        return client

    async def client(self, context=None):
        """Return a blocking TLS client, to be used in a thread, with truncation told."""
        return await asyncio.to_thread(self.connect, context or trusting_nobody())

    def connect(self, context):
        return context.wrap_socket(
            socket.create_connection(self.address, 10), suppress_ragged_eofs=False
        )


@contextlib.asynccontextmanager
async def listener(*, make_context=None, seconds=10.0, buffer=None, make=Talk):
    """Accept on loopback; ``buffer`` is what the kernel keeps for each client at most."""
    talks = []

    def protocol(_peer):
        talks.append(make())
        return talks[-1]

    opened = listening()
    if buffer:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    address = opened.getsockname()
    handshakes = Handshakes(
        Renewed(make_context or (lambda: listening_context(FALLBACK, lambda _: None))),
        protocol,
        room=Room(0, Metrics()),
        seconds=seconds,
    )
    acceptor = Acceptor(opened, handshakes.begin, tls=True)
    acceptor.start()
    house = Listener(acceptor, handshakes, address=address, talks=talks)
    try:
        yield house
    finally:
        house.stop()
        handshakes.close()
        for talk in talks:
            talk.transport.abort()
        await asyncio.sleep(0)


@contextlib.contextmanager
def no_descriptor_left():
    """Take every descriptor that the process may have; they are free again at the end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    with contextlib.ExitStack() as taken:
        with contextlib.suppress(OSError):
            while True:
                descriptor = os.open(os.devnull, os.O_RDONLY)
                taken.callback(os.close, descriptor)
        yield
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
