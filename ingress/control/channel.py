"""The control process's end of the way to one worker."""

import asyncio
import contextlib
from collections import deque
from typing import Final, TypeVar

from ingress.model.codec import NO_GENERATION, Refused, encode_acknowledgement
from ingress.proxy.counts import Counts
from ingress.worker.frames import FrameError, read_frame, write_frame
from ingress.worker.messages import (
    Acknowledged,
    Drain,
    Order,
    Publish,
    Report,
    Reported,
    Setup,
    decode_answer,
    encode,
)

T = TypeVar("T")

REPORT_TIMEOUT: Final = 2.0
"""Seconds that a worker has to say what it counted."""


class WorkerGoneError(Exception):
    """The worker ended before it answered."""


class Channel:
    """Sends orders, and hands each answer to whoever waits for it; ``listen`` has to run.

    Answers come in the order of what they answer, so a queue of each kind tells them apart.
    ``heard`` is set whenever anything comes.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._acknowledgements: deque[asyncio.Future[bytes]] = deque()
        self._reports: deque[asyncio.Future[Counts]] = deque()
        self._gone = False
        self.heard = asyncio.Event()

    async def listen(self) -> None:
        """Take in what the worker says, until it ends; raises FrameError, DecodeError."""
        try:
            while (frame := await read_frame(self._reader)) is not None:
                self.heard.set()
                match decode_answer(frame):
                    case Acknowledged(acknowledgement):
                        _answer(self._acknowledgements, acknowledgement)
                    case Reported(counts):
                        _answer(self._reports, counts)
        finally:
            self.close()

    def set_up(self, setup: Setup) -> None:
        """Tell the worker what it has to know; this comes first."""
        self._say(setup)

    async def send(self, publication: bytes) -> bytes:
        """See publisher.Channel; what is too long is refused in the worker's place."""
        try:
            return await self._ask(Publish(publication), self._acknowledgements)
        except FrameError as error:
            return encode_acknowledgement(Refused(NO_GENERATION, str(error)))

    async def counts(self) -> Counts:
        """Return what the worker has counted; raises TimeoutError, WorkerGoneError."""
        async with asyncio.timeout(REPORT_TIMEOUT):
            return await self._ask(Report(), self._reports)

    def drain(self) -> None:
        """Tell the worker to drain and end."""
        self._say(Drain())

    def close(self) -> None:
        """Let go of the worker, which then ends by itself; whoever waits for it waits no more."""
        self._gone = True
        self._writer.close()
        _give_up(self._acknowledgements)
        _give_up(self._reports)

    async def _ask(self, order: Order, queue: deque[asyncio.Future[T]]) -> T:
        if self._gone:
            raise WorkerGoneError
        self._say(order)
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        queue.append(answer)
        return await answer

    def _say(self, message: Setup | Order) -> None:
        with contextlib.suppress(ConnectionError):  # ``listen`` sees the end, too
            write_frame(self._writer, encode(message))


def _answer(queue: deque[asyncio.Future[T]], value: T) -> None:
    """Give an answer to whoever asked first, unless it has stopped waiting."""
    if not (asked := queue.popleft()).done():
        asked.set_result(value)


def _give_up(queue: deque[asyncio.Future[T]]) -> None:
    for asked in queue:
        if not asked.done():
            asked.set_exception(WorkerGoneError)
