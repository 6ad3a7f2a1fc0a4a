import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from wire.upstreams import eventually

from ingress.control import channel as module
from ingress.control.channel import Channel, WorkerGoneError
from ingress.model.codec import Refused, decode_acknowledgement
from ingress.proxy.counts import Counts
from ingress.worker.frames import MAX_FRAME, FrameError, read_frame, write_frame
from ingress.worker.messages import (
    Acknowledged,
    Alive,
    Answer,
    Drain,
    Order,
    Publish,
    Report,
    Reported,
    decode_order,
    encode,
)


class OtherEnd:
    """A worker's end, in the test's hands."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def order(self) -> Order:
        frame = await read_frame(self.reader)
        assert frame is not None
        return decode_order(frame)

    def say(self, *answers: Answer) -> None:
        for answer in answers:
            write_frame(self.writer, encode(answer))


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Channel, OtherEnd, asyncio.Task[None]]]:
    ours, theirs = socket.socketpair()
    channel = Channel(*await asyncio.open_unix_connection(sock=ours))
    other = OtherEnd(*await asyncio.open_unix_connection(sock=theirs))
    listening = asyncio.create_task(channel.listen())
    try:
        yield channel, other, listening
    finally:
        other.writer.close()
        await asyncio.wait({listening})


async def test_answers_find_whoever_asked() -> None:
    async with connected() as (channel, other, _):
        published = [asyncio.create_task(channel.send(it)) for it in (b"1", b"2")]
        counted = asyncio.create_task(channel.counts())
        assert [await other.order() for _ in range(3)] == [Publish(b"1"), Publish(b"2"), Report()]
        other.say(Reported(Counts(connections=7)), Acknowledged(b"one"), Alive())
        other.say(Acknowledged(b"two"))
        assert [await each for each in published] == [b"one", b"two"]
        assert (await counted).connections == 7


async def test_whoever_stopped_waiting_does_not_get_the_next_ones_answer() -> None:
    async with connected() as (channel, other, _):
        impatient = asyncio.create_task(channel.counts())
        await other.order()
        impatient.cancel()
        await asyncio.wait({impatient})
        patient = asyncio.create_task(channel.counts())
        await other.order()
        other.say(Reported(Counts(connections=1)), Reported(Counts(connections=2)))
        assert (await patient).connections == 2


async def test_a_report_is_not_waited_for_for_ever() -> None:
    async with connected() as (channel, _, _):
        assert module.REPORT_TIMEOUT < 5
        with pytest.raises(TimeoutError):
            await channel.counts()


async def test_everything_heard_is_a_sign_of_life() -> None:
    async with connected() as (channel, other, _):
        assert not channel.heard.is_set()
        other.say(Alive())
        await asyncio.wait_for(channel.heard.wait(), 5)


async def test_the_end_is_told_to_all_who_wait_and_all_who_ask_later() -> None:
    async with connected() as (channel, other, listening):
        asked = [asyncio.create_task(channel.send(b"1")), asyncio.create_task(channel.counts())]
        await other.order()
        other.writer.close()
        for each in asked:
            with pytest.raises(WorkerGoneError):
                await each
        await listening
        with pytest.raises(WorkerGoneError):
            await channel.send(b"2")
        channel.drain()  # there is nobody to be told, and nothing to complain of


async def test_what_is_no_message_ends_it() -> None:
    async with connected() as (channel, other, listening):
        asked = asyncio.create_task(channel.send(b"1"))
        await other.order()
        other.writer.write((MAX_FRAME + 1).to_bytes(4))
        with pytest.raises(FrameError):
            await listening
        with pytest.raises(WorkerGoneError):
            await asked


async def test_what_is_too_long_is_refused_in_the_workers_place() -> None:
    async with connected() as (channel, other, _):
        refused = decode_acknowledgement(await channel.send(bytes(MAX_FRAME)))
        assert isinstance(refused, Refused)
        assert "is too long" in refused.message
        channel.drain()
        assert await other.order() == Drain(), "and the channel goes on"
        asked = asyncio.create_task(channel.send(b"1"))
        await other.order()
        other.say(Acknowledged(b"one"))
        await eventually(asked.done)
        assert await asked == b"one"
