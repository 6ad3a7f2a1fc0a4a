"""Leading: takes the Lease, keeps it, and lets go of it; what leads runs only in between."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeAlias

import msgspec

from ingress.control.cluster.complaints import Complaints
from ingress.control.cluster.election import (
    DEADLINE,
    Lease,
    LeaseSpec,
    Sight,
    held_by,
    may_take,
    released,
    see,
)
from ingress.model.inventory import ObjectKey
from ingress.model.objects import ObjectMeta
from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable

log = logging.getLogger(__name__)

RETRY: Final = 1.0
"""Seconds between two looks at the Lease: a Lease that was let go of is taken so soon."""

RENEW: Final = 2.0
"""Seconds between two renewals."""

REQUEST: Final = 4.0
"""Seconds that one request may take, so that a silent server costs no more than a renewal."""

_LEASE: Final = msgspec.json.Decoder(Lease)

Lead: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class Leader:
    """One candidate for a Lease; ``identity`` is its own, unlike every other's.

    ``leading`` tells whether it holds the Lease for certain: its last renewal, counted from before
    it was sent, is fresh enough that no other candidate can have taken over.
    """

    def __init__(self, api: Api, *, lease: ObjectKey, identity: str) -> None:
        self._api = api
        self._folder = f"/apis/coordination.k8s.io/v1/namespaces/{lease.namespace}/leases"
        self._lease = lease
        self._identity = identity
        self._sight: Sight | None = None
        self._until = 0.0
        self._complaints = Complaints(log, f"Lease {lease}")

    @property
    def leading(self) -> bool:
        """Whether this candidate leads at this moment."""
        return time.monotonic() < self._until

    async def run(self, lead: Lead) -> None:
        """Stand for election until ``lead``, which runs while leading, has come to its end.

        Then the Lease is let go of, so that another candidate takes it at once. When the Lease is
        lost before, ``lead`` is cancelled and waited for, and the next try begins.
        """
        while True:
            if await self._renewed() and await self._led_to_the_end(lead):
                return await self._release()
            await asyncio.sleep(RETRY * random.uniform(1.0, 1.2))  # noqa: S311 - candidates spread

    async def _led_to_the_end(self, lead: Lead) -> bool:
        log.info("leading as %s: this replica writes to the cluster", self._identity)
        task = asyncio.create_task(lead(), name="what leads")
        try:
            await self._hold(task)
            ended = task.done()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if not ended:
            log.warning("Lease %s was lost; serving goes on", self._lease)
        return ended

    async def _release(self) -> None:
        held, self._until = self.leading, 0.0
        if held and self._sight:
            spec = released(self._sight.lease.spec, wall=time.time())
            try:
                await self._write(self._sight.lease, spec)
                log.info("Lease %s was let go of", self._lease)
            except (ApiError, ApiUnreachable) as error:
                log.info("Lease %s was not let go of, it runs out: %s", self._lease, error)

    async def _hold(self, task: "asyncio.Task[None]") -> None:
        """Renew until the Lease is lost, or what leads has ended."""
        while self.leading and not task.done():
            await asyncio.wait({task}, timeout=min(RENEW, self._left()))
            await self._renewed(within=min(REQUEST, self._left()))

    def _left(self) -> float:
        return max(0.0, self._until - time.monotonic())

    async def _renewed(self, *, within: float = REQUEST) -> bool:
        """Take or renew the Lease if that may be; return whether it is held for certain."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(within):
                if await self._take(begun):
                    self._until = begun + DEADLINE
                    self._complaints.none()
        except (ApiError, ApiUnreachable, TimeoutError) as error:
            self._complaints.about(error)
        return self.leading

    async def _take(self, now: float) -> bool:
        """Try to; who leads need not read first, since a Lease that is not as it was is refused."""
        if self.leading and self._sight and await self._put(self._sight.lease, now):
            return True
        lease = await self._read()
        self._sight = see(self._sight, lease, now=now)
        if not may_take(self._sight, self._identity, now=now):
            self._until = 0.0
            return False
        return await self._put(lease, now)

    async def _put(self, lease: Lease, now: float) -> bool:
        """Write ourselves into the Lease; false where another has changed it meanwhile."""
        spec = held_by(self._identity, lease.spec, wall=time.time())
        try:
            self._sight = Sight(await self._write(lease, spec), now)
        except ApiError as error:
            if error.status == 409:
                return False
            raise
        return True

    async def _read(self) -> Lease:
        try:
            return _LEASE.decode(
                await self._api.get(f"{self._folder}/{self._lease.name}", seconds=REQUEST)
            )
        except ApiError as error:
            if error.status == 404:
                return Lease(metadata=ObjectMeta(name=self._lease.name))
            raise

    async def _write(self, lease: Lease, spec: LeaseSpec) -> Lease:
        """Create or change it; the resourceVersion makes sure that it is what was seen."""
        version = lease.metadata.resource_version
        name = "resourceVersion" if version else "name"
        body = {"metadata": {name: version or lease.metadata.name}, "spec": spec}
        answer = await self._api.send(
            "PATCH" if version else "POST",
            f"{self._folder}/{lease.metadata.name}" if version else self._folder,
            body=msgspec.json.encode(body),
            content_type="application/merge-patch+json" if version else "application/json",
            seconds=REQUEST,
        )
        return _LEASE.decode(answer)
