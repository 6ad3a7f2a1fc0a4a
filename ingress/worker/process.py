"""The life of a worker's process: set up, serve, do as it is told, and end with its control."""

import asyncio
import contextlib
import logging
import socket
from typing import Final

from ingress.model.codec import NO_GENERATION
from ingress.runtime import logs, loops
from ingress.runtime.collector import keep_out
from ingress.runtime.descriptors import raise_descriptor_limit
from ingress.worker.frames import read_frame, write_frame
from ingress.worker.messages import (
    HEARTBEAT,
    Acknowledged,
    Alive,
    Answer,
    Drain,
    Order,
    Publish,
    Report,
    Reported,
    Setup,
    decode_order,
    decode_setup,
    encode,
)
from ingress.worker.output import SharedOutput
from ingress.worker.serving import Worker

log: Final = logging.getLogger(__name__)

STDOUT: Final = 1
ORPHAN_DRAIN: Final = 1.0
"""Seconds to finish what is in flight where the control process is gone."""


def main(descriptor: int) -> int:
    """Serve on behalf of whoever holds the other end of this socket; return the exit code."""
    raise_descriptor_limit()
    return loops.run(_serve(socket.socket(fileno=descriptor)))


async def _serve(control: socket.socket) -> int:
    reader, writer = await asyncio.open_unix_connection(sock=control)
    try:
        if (first := await read_frame(reader)) is not None:
            setup = decode_setup(first)
            logs.set_up(process=f"worker {setup.number + 1}")
            await Process(setup, reader, writer).run()
    except Exception:
        log.critical("the worker dies; this is a bug here", exc_info=True)
        return 1
    finally:
        writer.close()
    return 0


class Process:
    """A Worker that does what it is told over a stream."""

    def __init__(
        self, setup: Setup, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._setup = setup
        self._reader, self._writer = reader, writer
        self._settings = setup.settings()
        self._worker = Worker(
            self._settings,
            setup.fallback,
            output=SharedOutput(STDOUT, turnstile=setup.turnstile),
            number=setup.number,
        )
        self._to_drain = asyncio.Event()
        self._opened = False

    async def run(self) -> None:
        """Serve until it is drained, by order or because nobody is there to order anything."""
        parts = (self._follow(), self._drain(), self._beat())
        names = ("orders", "drain", "heartbeat")
        tasks = [asyncio.create_task(it, name=name) for it, name in zip(parts, names, strict=True)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self._to_drain.set()
        _, drain, _ = tasks
        await asyncio.wait({drain}, timeout=ORPHAN_DRAIN)
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()

    async def _follow(self) -> None:
        """Obey until the control process ends."""
        while (frame := await read_frame(self._reader)) is not None:
            await self._obey(decode_order(frame))

    async def _obey(self, order: Order) -> None:
        match order:
            case Publish(publication):
                acknowledgement = self._worker.receive(publication)
                await self._open()
                await self._say(Acknowledged(acknowledgement))
            case Report():
                await self._say(Reported(self._worker.counts()))
            case Drain():
                self._to_drain.set()

    async def _open(self) -> None:
        """Accept once there is something to serve."""
        if self._opened or self._worker.generation == NO_GENERATION:
            return
        self._opened = True
        http, https = (
            [socket.socket(fileno=descriptor) for descriptor in descriptors]
            for descriptors in (self._setup.http, self._setup.https)
        )
        await self._worker.start(http, https)
        keep_out()

    async def _drain(self) -> None:
        await self._to_drain.wait()
        await self._worker.drain()

    async def _beat(self) -> None:
        while True:
            await self._say(Alive())
            await asyncio.sleep(HEARTBEAT)

    async def _say(self, answer: Answer) -> None:
        with contextlib.suppress(ConnectionError):  # ``_follow`` sees the end, too
            write_frame(self._writer, encode(answer))
            await self._writer.drain()
