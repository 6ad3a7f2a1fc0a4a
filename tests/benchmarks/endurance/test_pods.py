import asyncio

import pytest

from benchmarks.endurance.pods import BINARY, CLOSE, Pod, accept, fields_of, frame, message


def test_the_handshake_is_that_of_the_rfc():
    assert accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("mask", [b"", b"mask"])
async def test_a_frame_is_read_as_it_was_made(mask):
    reader = asyncio.StreamReader()
    reader.feed_data(frame(BINARY, b"some words", mask=mask))
    assert await message(reader) == (BINARY, b"some words")


def test_names_of_fields_are_in_small_letters():
    assert fields_of(b"HTTP/1.1 200 OK\r\nX-It: a: b\r\n\r\n") == {"x-it": "a: b"}


async def test_a_draining_pod_ends_its_conversations_and_no_sooner():
    pod = Pod(7)
    await pod.start()
    idle, waiting = await asyncio.open_connection("127.0.0.1", pod.port)
    waiting.write(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab")
    assert (await idle.readuntil(b"took 2")).startswith(b"HTTP/1.1 200 OK\r\n")
    reader, writer = await asyncio.open_connection("127.0.0.1", pod.port)
    writer.write(b"GET / HTTP/1.1\r\nSec-WebSocket-Key: k\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    pod.drain()
    assert await idle.read() == b""
    writer.write(frame(BINARY, b"still there?", mask=b"1234"))
    assert await message(reader) == (BINARY, b"still there?")
    writer.write(frame(CLOSE, b"", mask=b"1234"))
    assert await message(reader) == (CLOSE, b"")
    assert await reader.read() == b""
    await pod.ended()
    waiting.close()
    writer.close()
