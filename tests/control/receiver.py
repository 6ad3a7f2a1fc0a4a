"""The worker's end of a channel, without the serving: real decoding, real patching."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingress.control.publisher import Publisher
from ingress.model.codec import (
    Applied,
    Publication,
    Refused,
    decode_publication,
    encode_acknowledgement,
    patch,
)
from ingress.model.snapshot import Snapshot


class Receiver:
    """Applies what it is sent, or refuses, or breaks, as it is told."""

    def __init__(self) -> None:
        self.received: list[Publication] = []
        self.held: dict[int, Snapshot] = {0: Snapshot()}
        self.bytes: list[bytes] = []
        self.refuses = self.refuses_only = ""
        self.answers_with: int | None = None
        self.breaks: OSError | None = None
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def send(self, publication: bytes) -> bytes:
        await asyncio.sleep(0)
        await self.goes_on.wait()
        self.bytes.append(publication)
        if self.breaks:
            raise self.breaks
        decoded = decode_publication(publication)
        self.received.append(decoded)
        if self.refuses or self.refuses_only in decoded.delta.hosts.changed:
            return encode_acknowledgement(Refused(decoded.generation, self.refuses))
        snapshot = patch(self.held[decoded.base], decoded.delta)
        self.held = {0: Snapshot(), decoded.generation: snapshot}
        return encode_acknowledgement(Applied(self.answers_with or decoded.generation))

    @property
    def serves(self) -> Snapshot:
        return self.held[max(self.held)]


@asynccontextmanager
async def joined(publisher: Publisher, *workers: Receiver) -> AsyncIterator[None]:
    """Have these workers attended while the block runs; they may break meanwhile."""
    tasks = [asyncio.create_task(publisher.attend(worker)) for worker in workers]
    await asyncio.sleep(0)  # so that all of them have begun
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def following(*workers: Receiver) -> AsyncIterator[Publisher]:
    """Give a Publisher that these workers follow."""
    publisher = Publisher(workers=len(workers))
    async with joined(publisher, *workers):
        yield publisher
