"""Snapshots to workers: each is sent what leads on from the last one that it acknowledged."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from ingress.model.codec import (
    NO_GENERATION,
    Applied,
    Delta,
    Publication,
    Refused,
    decode_acknowledgement,
    diff,
    encode_publication,
    is_empty,
)
from ingress.model.snapshot import Snapshot

log = logging.getLogger(__name__)


class Channel(Protocol):
    """The way to one worker: in process today, a socket's two ends later."""

    async def send(self, publication: bytes) -> bytes:
        """Deliver an encoded Publication and return the worker's encoded Acknowledgement."""


class Publisher:
    """Numbers Snapshots as generations 1, 2, … and brings every worker to the newest.

    A worker that refuses a generation goes on serving the one before; the next that it is sent
    is whole, so whatever the two disagreed about is gone. ``serving`` is set once every worker
    serves a generation.
    """

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._links = [_Link(channel) for channel in channels]
        self._newest = NO_GENERATION
        self.serving = asyncio.Event()

    @property
    def generation(self) -> int:
        """The newest generation that every worker serves, 0 before the first."""
        return min(link.generation for link in self._links)

    @property
    def snapshot(self) -> Snapshot | None:
        """The Snapshot of ``generation``, None before the first."""
        link = min(self._links, key=lambda link: link.generation)
        return link.snapshot if link.generation else None

    async def publish(self, snapshot: Snapshot) -> int:
        """Bring every worker to a Snapshot; return the generation that all of them now serve.

        Nothing is sent to one that serves an equal Snapshot already. Raises what a channel
        raises: a worker that cannot be reached is for the supervisor to deal with.
        """
        behind = [(link, delta) for link in self._links if (delta := link.delta_to(snapshot))]
        if behind:
            self._newest += 1
            async with asyncio.TaskGroup() as group:
                for link, delta in behind:
                    bring = link.bring(self._newest, snapshot, delta)
                    group.create_task(bring, name=f"publish generation {self._newest}")
        if self.generation:
            self.serving.set()
        return self.generation


class _Link:
    """One worker: what it acknowledged last, and whether that can be built upon."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._base = NO_GENERATION
        self.generation = NO_GENERATION
        self.snapshot = Snapshot()

    def delta_to(self, snapshot: Snapshot) -> Delta | None:
        """Return what the worker has to be sent, None where it serves an equal Snapshot."""
        delta = diff(self.snapshot, snapshot)
        if self.generation and is_empty(delta, since=self.snapshot):
            return None
        return delta if self._base else diff(Snapshot(), snapshot)

    async def bring(self, generation: int, snapshot: Snapshot, delta: Delta) -> None:
        """Send it, and hold the worker to its answer."""
        publication = Publication(generation=generation, base=self._base, delta=delta)
        answer = decode_acknowledgement(await self._channel.send(encode_publication(publication)))
        if answer == Applied(generation):
            self.generation = self._base = generation
            self.snapshot = snapshot
            return
        self._base = NO_GENERATION
        log.error(
            "a worker refused generation %d and goes on serving generation %d: %s",
            generation,
            self.generation,
            answer.message if isinstance(answer, Refused) else f"it answered {answer}",
        )
