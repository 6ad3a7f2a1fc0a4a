import asyncio
import contextlib
import socket
import ssl
import struct

import pytest
from msgspec.structs import replace
from proxy.tls.talking import Talk, listener, no_descriptor_left, trusting_nobody
from wire.served import FALLBACK
from wire.upstreams import eventually

from ingress.model.messages import Peer
from ingress.proxy.tls import listening_context

RESET = struct.pack("ii", 1, 0)


class Hello:
    """A client's first flight, and what makes the rest of the handshake of an answer to it."""

    def __init__(self):
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._client = trusting_nobody().wrap_bio(self._incoming, self._outgoing)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._client.do_handshake()
        self.bytes = self._outgoing.read()

    def finish(self, answer):
        """Return the second flight, or nothing where the answer is not whole yet."""
        self._incoming.write(answer)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._client.do_handshake()
        return self._outgoing.read()


async def received(client, *, seconds=10):
    """Return all that a raw client is sent until its connection ends, however it does."""
    loop, data = asyncio.get_running_loop(), b""
    async with asyncio.timeout(seconds):
        with contextlib.suppress(ConnectionError):
            while piece := await loop.sock_recv(client, 65_536):
                data += piece
    return data


async def test_a_protocol_is_made_once_the_handshake_is_done():
    async with listener() as house:
        loop = asyncio.get_running_loop()
        with await house.plain_client() as client:
            hello = Hello()
            await loop.sock_sendall(client, hello.bytes)
            answer = await loop.sock_recv(client, 65_536)
            assert not house.talks
            await loop.sock_sendall(client, hello.finish(answer))
            await eventually(lambda: house.talks)
            assert house.talks[0].calls == ["made"]
            await house.handshakes.over(5)


async def test_a_handshake_that_comes_byte_by_byte_succeeds():
    async with listener() as house:
        loop = asyncio.get_running_loop()
        with await house.plain_client() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            hello = Hello()
            for byte in hello.bytes:
                await loop.sock_sendall(client, bytes([byte]))
                await asyncio.sleep(0)
            rest = b""
            while not rest:
                rest = hello.finish(await loop.sock_recv(client, 1))
            for byte in rest:
                await loop.sock_sendall(client, bytes([byte]))
                await asyncio.sleep(0)
            await eventually(lambda: house.talks)


class TestTime:
    async def test_who_says_nothing_or_stops_in_the_middle_is_closed(self):
        async with listener(seconds=0.05) as house:
            loop = asyncio.get_running_loop()
            with await house.plain_client() as silent, await house.plain_client() as half:
                await loop.sock_sendall(half, Hello().bytes[:100])
                assert await received(silent) == b""
                assert await received(half) == b""
            assert not house.talks

    async def test_those_that_are_in_time_live_on(self):
        async with listener(seconds=1.0) as house:
            with await house.plain_client() as silent:
                client = await house.client()
                later = await house.plain_client()
                with later:
                    assert await received(silent) == b""
                    assert await received(later) == b""
                await asyncio.to_thread(client.sendall, b"still here")
                await eventually(lambda: house.talks[0].heard == b"still here")
                client.close()

    async def test_whoever_waits_for_the_last_one_waits_no_longer_than_it_wants(self):
        async with listener() as house:
            with await house.plain_client() as silent:
                await eventually(lambda: house.handshakes._going)
                await house.handshakes.over(0.01)
                assert house.handshakes._going
                house.handshakes.close()
                await house.handshakes.over(5)
                assert await received(silent) == b""


class TestFailures:
    async def test_a_client_that_resets_is_forgotten(self):
        async with listener() as house:
            for flight in (b"", Hello().bytes[:50], Hello().bytes):
                with await house.plain_client() as client:
                    await asyncio.get_running_loop().sock_sendall(client, flight)
                    await eventually(lambda: house.handshakes._going)
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                await house.handshakes.over(5)
                assert not house.handshakes._going
            assert not house.talks

    # The ssl module leaves what it had begun to make to the collector.
    @pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
    async def test_one_that_was_reset_before_it_was_looked_at_is_closed(self):
        async with listener() as house:
            with socket.create_server(("127.0.0.1", 0)) as door:
                with socket.create_connection(door.getsockname()) as client:
                    connection, (address, port) = door.accept()
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                house.handshakes.begin(connection, Peer(address, port, 443, tls=True))
                await house.handshakes.over(5)
            assert connection.fileno() == -1
            assert not house.talks

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD"])
    async def test_clear_text_is_told_what_is_spoken_here(self, method):
        async with listener() as house:
            with await house.plain_client() as client:
                request = f"{method} / HTTP/1.1\r\nHost: a.test\r\n\r\n".encode()
                await asyncio.get_running_loop().sock_sendall(client, request)
                answer = await received(client)
            assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert b"This port speaks HTTPS" in answer
            assert not house.talks

    @pytest.mark.parametrize(
        "data", [b"\x00" * 64, b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x00"]
    )
    async def test_anything_else_is_answered_with_an_alert_at_most(self, data):
        async with listener(seconds=0.5) as house:
            with await house.plain_client() as client:
                await asyncio.get_running_loop().sock_sendall(client, data)
                answer = await received(client)
            assert answer[:1] in {b"", b"\x15"}
            assert not house.talks

    async def test_versions_of_the_past_are_refused(self):
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old = trusting_nobody(
                minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1
            )
        old.set_ciphers("ALL:@SECLEVEL=0")
        async with listener() as house:
            with pytest.raises(ssl.SSLError):
                await house.client(old)
            await house.handshakes.over(5)
            assert not house.talks


async def test_a_certificate_that_cannot_be_loaded_now_fails_the_handshake_and_no_other(caplog):
    def pick(_):
        return listening_context(FALLBACK, pick)  # which takes a descriptor

    async with listener(make_context=lambda: listening_context(FALLBACK, pick)) as house:
        with await house.plain_client() as client:
            await eventually(lambda: house.handshakes._going)
            with no_descriptor_left():
                await asyncio.get_running_loop().sock_sendall(client, Hello().bytes)
                alert = await received(client)
        assert alert[0] == 21
        assert "Too many open files" in caplog.text
        (await house.client()).close()


async def test_a_client_that_takes_our_flight_slowly_gets_it_all():
    # A chain that is longer than what the kernel keeps for a client.
    long = replace(FALLBACK, chain=FALLBACK.chain * 60)

    def make():
        return listening_context(long, lambda _: None)

    async with listener(make_context=make, buffer=4096) as house:
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(house.address)
            client.settimeout(0)
            loop, hello = asyncio.get_running_loop(), Hello()
            await loop.sock_sendall(client, hello.bytes)
            await eventually(lambda: any(each._writing for each in house.handshakes._going))
            rest = b""
            while not rest:
                rest = hello.finish(await loop.sock_recv(client, 1000))
            await loop.sock_sendall(client, rest)
            await eventually(lambda: house.talks)


async def test_the_transport_goes_on_where_the_handshake_ended():
    class Greeter(Talk):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.write(b"hello")

    async with listener(make=Greeter) as house:
        client = await house.client()
        assert await asyncio.to_thread(client.recv, 100) == b"hello"
        client.close()
