import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ingress.worker.frames import MAX_FRAME, FrameError, read_frame, write_frame

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Ends, Ends]]:
    ends = [await asyncio.open_unix_connection(sock=it) for it in socket.socketpair()]
    try:
        yield ends[0], ends[1]
    finally:
        for _, writer in ends:
            writer.close()


async def test_messages_arrive_whole_and_apart_however_long() -> None:
    sent = [b"a", b"", b"x" * 5_000_000, b"b"]
    async with pair() as ((_, writer), (reader, _)):

        async def send() -> None:
            for message in sent:
                write_frame(writer, message)
                await writer.drain()

        sending = asyncio.create_task(send())
        assert [await read_frame(reader) for _ in sent] == sent
        await sending


async def test_the_end_between_messages_is_the_end() -> None:
    async with pair() as ((_, writer), (reader, _)):
        write_frame(writer, b"last")
        writer.close()
        assert await read_frame(reader) == b"last"
        assert await read_frame(reader) is None


@pytest.mark.parametrize("cut", [b"\0\0", b"\0\0\0\x09some"])
async def test_the_end_within_a_message_is_none(cut: bytes) -> None:
    async with pair() as ((_, writer), (reader, _)):
        writer.write(cut)
        writer.close()
        with pytest.raises(FrameError, match="within a message"):
            await read_frame(reader)


async def test_what_is_too_long_is_not_even_begun() -> None:
    async with pair() as ((_, writer), (reader, _)):
        writer.write((MAX_FRAME + 1).to_bytes(4))
        with pytest.raises(FrameError, match="268435457 bytes was announced"):
            await read_frame(reader)


async def test_nothing_is_sent_after_the_end() -> None:
    async with pair() as ((_, writer), _):
        writer.close()
        with pytest.raises(ConnectionResetError):
            write_frame(writer, b"late")
