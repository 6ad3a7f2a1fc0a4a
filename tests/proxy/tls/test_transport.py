import asyncio
import contextlib
import socket
import ssl
import struct

import pytest
from proxy.tls.talking import Talk, listener, trusting_nobody
from wire.upstreams import eventually

from ingress.proxy.tls.transport import HIGH_WATER, LOW_WATER, RECORD, SecureTransport

MEBIBYTE = 1024 * 1024
MUCH = bytes(range(256)) * (16 * MEBIBYTE // 256)


@contextlib.asynccontextmanager
async def talking(*, speaks=None, **options):
    """Return the server's protocol and a client behind its handshake; ``speaks`` is its context."""
    async with listener(**options) as house:
        client = await house.client(speaks)
        await eventually(lambda: house.talks)
        try:
            yield house.talks[0], client
        finally:
            client.close()


def read_all(client):
    """Read to the end; raises SSLError where that was no end by the book."""
    data = bytearray()
    while piece := client.recv(MEBIBYTE):
        data += piece
    return bytes(data)


class TestExtraInfo:
    async def test_it_tells_who_is_at_either_end_and_how_they_speak(self):
        async with talking() as (talk, client):
            info = talk.transport.get_extra_info
            assert info("peername") == client.getsockname()
            assert info("ssl_object").version() == "TLSv1.3"
            assert info("socket").fileno() > 0
            assert isinstance(info("sslcontext"), ssl.SSLContext)
            assert info("compression", "none") == "none"

    async def test_of_a_connection_that_is_gone_the_peer_is_still_known(self):
        async with talking() as (talk, client):
            peer = client.getsockname()
            talk.transport.abort()
            assert talk.transport.get_extra_info("peername") == peer


class TestReading:
    async def test_a_record_comes_as_it_was_written(self):
        async with talking() as (talk, client):
            await asyncio.to_thread(client.sendall, b"hello")
            await eventually(lambda: talk.heard == b"hello")

    async def test_whatever_comes_at_once_is_read_to_its_end(self):
        async with talking() as (talk, client):
            await asyncio.to_thread(client.sendall, MUCH)
            await eventually(lambda: len(talk.heard) == len(MUCH))
            assert talk.heard == MUCH

    async def test_who_pauses_gets_nothing_until_it_resumes(self):
        async with talking() as (talk, client):
            transport = talk.transport
            transport.pause_reading()
            transport.pause_reading()
            assert not transport.is_reading()
            await asyncio.to_thread(client.sendall, b"hello")
            await asyncio.sleep(0.02)  # the event loop had its chances
            assert talk.heard == b""
            transport.resume_reading()
            assert transport.is_reading()
            await eventually(lambda: talk.heard == b"hello")

    async def test_another_protocol_takes_over(self):
        async with talking() as (talk, client):
            other = Talk()
            talk.transport.set_protocol(other)
            assert talk.transport.get_protocol() is other
            await asyncio.to_thread(client.sendall, b"hello")
            await eventually(lambda: other.heard == b"hello")
            client.close()
            await eventually(lambda: other.lost)
            assert talk.calls == ["made"]

    async def test_a_protocol_that_raises_loses_its_connection_and_the_log_says_so(self, caplog):
        class Broken(Talk):
            def data_received(self, data):
                raise RuntimeError(data.decode())

        async with talking(make=Broken) as (talk, client):
            await asyncio.to_thread(client.sendall, b"oh")
            await eventually(lambda: talk.lost)
            assert isinstance(talk.error, RuntimeError)
            assert "a bug here" in caplog.text


class TestEnds:
    async def test_a_close_notify_is_an_end_and_is_answered(self):
        async with talking() as (talk, client):
            await asyncio.to_thread(client.unwrap)
            await eventually(lambda: talk.lost)
            assert talk.calls == ["made", "eof", "lost"]
            assert talk.error is None

    async def test_an_end_without_one_is_an_error(self):
        async with talking() as (talk, client):
            await asyncio.to_thread(client.sendall, b"half a requ")
            with socket.socket(fileno=client.detach()) as plain:
                plain.shutdown(socket.SHUT_WR)
                await eventually(lambda: talk.lost)
            assert talk.calls == ["made", "lost"]
            assert talk.heard == b"half a requ"
            assert isinstance(talk.error, ssl.SSLError)
            assert "EOF" in str(talk.error)

    async def test_a_reset_is_an_error(self):
        async with talking() as (talk, client):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            await eventually(lambda: talk.lost)
            assert isinstance(talk.error, OSError)

    async def test_bytes_that_are_no_record_are_an_error(self):
        async with talking() as (talk, client):
            with socket.socket(fileno=client.detach()) as plain:
                plain.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
                await eventually(lambda: talk.lost)
            assert isinstance(talk.error, ssl.SSLError)
            assert talk.heard == b""

    async def test_closing_is_said_to_the_client(self):
        async with talking() as (talk, client):
            talk.transport.write(b"bye")
            talk.transport.close()
            talk.transport.close()
            assert talk.transport.is_closing()
            assert await asyncio.to_thread(read_all, client) == b"bye"
            await eventually(lambda: talk.lost)
            assert talk.error is None

    async def test_an_abort_is_not_taken_for_an_end(self):
        async with talking() as (talk, client):
            talk.transport.write(b"half an answ")
            talk.transport.abort()
            talk.transport.abort()
            with pytest.raises(ssl.SSLError, match="EOF"):
                await asyncio.to_thread(read_all, client)
            await eventually(lambda: talk.lost)
            assert talk.calls == ["made", "lost"]

    async def test_behind_the_end_nothing_is_sent_and_nothing_is_read(self):
        async with talking() as (talk, client):
            talk.transport.close()
            talk.transport.write(b"more")
            talk.transport.resume_reading()
            assert not talk.transport.is_reading()
            assert await asyncio.to_thread(read_all, client) == b""


class TestWriting:
    async def test_a_client_that_reads_slowly_gets_it_all_and_holds_the_protocol_up(self):
        async with talking() as (talk, client):
            transport = talk.transport
            assert not transport.can_write_eof()
            transport.write(MUCH)
            assert talk.calls == ["made", "pause"]
            assert HIGH_WATER < transport.get_write_buffer_size() < len(MUCH)
            reading = asyncio.create_task(asyncio.to_thread(read_all, client), name="client")
            await eventually(lambda: talk.calls == ["made", "pause", "resume"])
            assert transport.get_write_buffer_size() <= LOW_WATER
            transport.write(b"the end")
            transport.close()
            assert await reading == MUCH + b"the end"

    async def test_what_is_unsent_at_a_close_is_sent_before_it(self):
        async with talking() as (talk, client):
            talk.transport.write(MUCH)
            talk.transport.close()
            assert not talk.lost
            assert await asyncio.to_thread(read_all, client) == MUCH
            await eventually(lambda: talk.lost)
            assert talk.error is None

    async def test_a_protocol_may_close_the_moment_there_is_room(self):
        class Ending(Talk):
            def resume_writing(self):
                super().resume_writing()
                self.transport.close()

        async with talking(make=Ending) as (talk, client):
            talk.transport.set_write_buffer_limits(high=0)
            talk.transport.write(MUCH)
            assert await asyncio.to_thread(read_all, client) == MUCH
            await eventually(lambda: talk.lost)
            assert talk.calls == ["made", "pause", "resume", "lost"]

    async def test_pieces_that_wait_are_sent_in_their_order(self):
        pieces = [bytes([number]) * (number * 997) for number in range(200)]
        async with talking(buffer=4096) as (talk, client):
            for piece in pieces:
                talk.transport.write(memoryview(piece))
            talk.transport.write(b"")
            talk.transport.writelines([b"the ", b"end"])
            talk.transport.close()
            assert await asyncio.to_thread(read_all, client) == b"".join(pieces) + b"the end"

    async def test_a_client_that_never_reads_is_left_to_the_one_who_aborts(self):
        async with talking() as (talk, _):
            talk.transport.write(MUCH)
            talk.transport.close()
            await asyncio.sleep(0.02)  # the event loop had its chances
            assert not talk.lost
            talk.transport.abort()
            await eventually(lambda: talk.lost)
            assert talk.transport.get_write_buffer_size() == 0

    async def test_a_client_that_leaves_while_much_is_unsent_is_noticed(self):
        async with talking() as (talk, client):
            talk.transport.write(MUCH)
            client.close()
            await eventually(lambda: talk.lost)
            assert isinstance(talk.error, OSError)

    async def test_a_client_that_left_is_noticed_by_a_write(self):
        async with talking() as (talk, client):
            talk.transport.pause_reading()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            await eventually(lambda: _written_in_vain(talk.transport))
            await eventually(lambda: talk.lost)
            assert isinstance(talk.error, OSError)

    @pytest.mark.parametrize(
        ("high", "low", "limits"),
        [
            (None, None, (HIGH_WATER, LOW_WATER)),
            (100, None, (100, 25)),
            (None, 100, (400, 100)),
            (100, 50, (100, 50)),
        ],
    )
    async def test_the_limits_are_those_of_asyncio(self, high, low, limits):
        async with talking() as (talk, client):
            transport: SecureTransport = talk.transport
            transport.set_write_buffer_limits(high=high, low=low)
            assert (transport._high, transport._low) == limits
            transport.set_write_buffer_limits(high=len(MUCH))
            transport.write(MUCH)
            assert talk.calls == ["made"]
            client.close()

    async def test_a_small_answer_is_one_record_and_a_large_one_full_ones(self):
        # A record is the first byte of its kind, 23, then the version and its length.
        tls12 = trusting_nobody(maximum_version=ssl.TLSVersion.TLSv1_2)
        async with talking(speaks=tls12) as (talk, client):
            with socket.socket(fileno=client.detach()) as plain:
                talk.transport.writelines([b"head", b"body"])
                talk.transport.write(b"x" * (3 * RECORD))
                sizes = await asyncio.to_thread(record_sizes, plain, 4)
        overhead = 24  # the nonce's half, and the tag
        assert sizes == [8 + overhead, *(3 * [RECORD + overhead])]


def record_sizes(plain, count):
    plain.settimeout(10)
    sizes = []
    with plain.makefile("rb") as stream:
        while len(sizes) < count:
            kind, _, size = struct.unpack("!BHH", stream.read(5))
            stream.read(size)
            if kind == 23:
                sizes.append(size)
    return sizes


def _written_in_vain(transport):
    transport.write(b"x")
    return transport.is_closing()


class TestOpenSSL:
    """What Python's own client cannot say."""

    async def test_new_keys_in_the_middle_change_nothing(self):
        async with s_client("-tls1_3", commands=b"one\nK\ntwo\nk\nthree\n") as talk:
            await eventually(lambda: talk.heard == b"one\ntwo\nthree\n")
            assert not talk.lost

    async def test_a_renegotiation_is_refused(self):
        async with s_client("-tls1_2", commands=b"one\nR\n") as talk:
            await eventually(lambda: talk.lost)
            assert talk.heard == b"one\n"


@contextlib.asynccontextmanager
async def s_client(*options, commands):
    """Run ``openssl s_client`` and type these lines, one by one; yield the server's protocol."""
    async with listener() as house:
        host, port = house.address
        process = await asyncio.create_subprocess_exec(
            *("openssl", "s_client", "-connect", f"{host}:{port}", *options),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            await eventually(lambda: house.talks)
            for line in commands.splitlines(keepends=True):
                before = len(house.talks[0].heard)
                process.stdin.write(line)
                if len(line) > 2:
                    await eventually(lambda before=before: len(house.talks[0].heard) > before)
                else:
                    # A command is one line of its own read; nothing else tells that it was.
                    await process.stdout.readuntil(b"KEYUPDATE" if line in b"K\nk\n" else b"RENEG")
            yield house.talks[0]
        finally:
            with contextlib.suppress(ProcessLookupError):  # it left by itself
                process.kill()
            await process.communicate()
