"""Snapshots to workers: each is sent what leads on from the last one that it acknowledged."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final, Protocol

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

PATIENCE: Final = 2.0
"""Seconds that one publication waits for a worker; one that is slower catches up by itself."""


class Channel(Protocol):
    """The way to one worker."""

    async def send(self, publication: bytes) -> bytes:
        """Deliver an encoded Publication and return the worker's encoded Acknowledgement."""


class Publisher:
    """Numbers Snapshots as generations 1, 2, … and brings every worker to the newest.

    Workers come and go (``attend``); a new one is sent the whole, then deltas. One that refuses a
    generation goes on serving the one before; the next that it is sent is whole, so whatever the
    two disagreed about is gone. ``serving`` is set once all of them serve a generation.
    """

    def __init__(self, *, workers: int, patience: float = PATIENCE) -> None:
        self.workers = workers
        self._patience = patience
        self._followers: list[_Follower] = []
        self._number = NO_GENERATION
        self._newest: _Edition | None = None
        self._good: _Edition | None = None
        self.serving = asyncio.Event()

    @property
    def workers_serving(self) -> int:
        """How many workers serve a generation, be it an old one."""
        return len(self._served())

    @property
    def generation(self) -> int:
        """The newest generation that every worker serves, 0 before the first."""
        return edition.generation if (edition := self._common()) else NO_GENERATION

    @property
    def snapshot(self) -> Snapshot | None:
        """The Snapshot of ``generation``, None before the first."""
        return edition.snapshot if (edition := self._common()) else None

    async def publish(self, snapshot: Snapshot) -> int:
        """Bring every worker to a Snapshot; return the generation that all of them now serve.

        Nothing is sent where all serve an equal Snapshot already.
        """
        newest = _Edition(self._number + 1, snapshot)
        if (served := self._common()) and self._is_no_news(newest, served):
            self._newest = served
            return served.generation
        self._number += 1
        self._newest = newest
        for follower in self._followers:
            follower.want(newest)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                for follower in list(self._followers):
                    await follower.idle.wait()
        return self.generation

    async def attend(self, channel: Channel) -> None:
        """Keep a worker at the newest generation until its channel breaks; raises what that does.

        One that refuses what it is sent first gets what another took, if there is any.
        """
        follower = _Follower(channel, took=self._took, instead=lambda: self._good)
        self._followers.append(follower)
        try:
            if self._newest:
                follower.want(self._newest)
            await follower.run()
        finally:
            self._followers.remove(follower)
            follower.idle.set()

    def _served(self) -> "list[_Edition]":
        return [follower.served for follower in self._followers if follower.served]

    def _common(self) -> "_Edition | None":
        """Return what every worker serves; where none is left, what was served last."""
        return min(self._served(), key=lambda it: it.generation, default=self._good)

    def _is_no_news(self, edition: "_Edition", served: "_Edition") -> bool:
        if not self._followers:
            return edition.equals(served)
        return all(follower.serves(edition) for follower in self._followers)

    def _took(self, edition: "_Edition") -> None:
        edition.forget()
        if self._good is None or edition.generation > self._good.generation:
            self._good = edition
        if self.workers_serving == self.workers:
            self.serving.set()


class _Edition:
    """A Snapshot and its generation, and the way to it: encoded once, however many are sent it."""

    def __init__(self, generation: int, snapshot: Snapshot) -> None:
        self.generation = generation
        self.snapshot = snapshot
        self._deltas: dict[int, Delta] = {}
        self._encoded: dict[int, bytes] = {}

    def equals(self, base: "_Edition") -> bool:
        """Tell whether both hold equal Snapshots."""
        return is_empty(self._since(base), since=base.snapshot)

    def publication(self, base: "_Edition | None") -> bytes:
        """Return the encoded Publication that leads here from ``base``, or from nothing."""
        number = base.generation if base else NO_GENERATION
        encoded = self._encoded.get(number)
        if encoded is None:
            delta = self._since(base)
            publication = Publication(generation=self.generation, base=number, delta=delta)
            encoded = self._encoded[number] = encode_publication(publication)
        return encoded

    def forget(self) -> None:
        """Let go of what was made to be sent."""
        self._deltas.clear()
        self._encoded.clear()

    def _since(self, base: "_Edition | None") -> Delta:
        number, before = (base.generation, base.snapshot) if base else (NO_GENERATION, Snapshot())
        delta = self._deltas.get(number)
        if delta is None:
            delta = self._deltas[number] = diff(before, self.snapshot)
        return delta


class _Follower:
    """One worker: what it serves, and whether that can be built upon."""

    def __init__(
        self,
        channel: Channel,
        *,
        took: Callable[[_Edition], None],
        instead: Callable[[], _Edition | None],
    ) -> None:
        self._channel = channel
        self._took = took
        self._instead = instead
        self._wanted: _Edition | None = None
        self._base: _Edition | None = None
        self.served: _Edition | None = None
        self.idle = asyncio.Event()
        self.idle.set()
        self._wake = asyncio.Event()

    def serves(self, edition: _Edition) -> bool:
        """Tell whether the worker serves an equal Snapshot, and wants to be sent nothing else."""
        return bool(self.served and self.idle.is_set() and edition.equals(self.served))

    def want(self, edition: _Edition) -> None:
        """Bring the worker to this, once it has answered to what it was sent before."""
        self._wanted = edition
        self.idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Send what is wanted for ever; what was wanted in the meantime only is left out."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if (wanted := self._wanted) and not await self._bring(wanted):
                last_good = self._instead()
                if self.served is None and last_good not in {None, wanted}:
                    await self._bring(last_good)
            if not self._wake.is_set():
                self.idle.set()

    async def _bring(self, edition: _Edition) -> bool:
        """Send it, and hold the worker to its answer."""
        sent = edition.publication(self._base)
        answer = decode_acknowledgement(await self._channel.send(sent))
        if answer == Applied(edition.generation):
            self.served = self._base = edition
            self._took(edition)
            return True
        self._base = None
        log.error(
            "a worker refused generation %d and goes on serving generation %d: %s",
            edition.generation,
            self.served.generation if self.served else NO_GENERATION,
            answer.message if isinstance(answer, Refused) else f"it answered {answer}",
        )
        return False
