"""Who leads: the decisions of an election by Lease, without clock or network.

A Lease says who holds it and for how long. Whether that time is over is told by how long the Lease
was *seen* not to change, on the candidate's own steady clock: no two clocks need agree (as
client-go's leaderelection, whose fields and meanings these are).
"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from ingress.model.objects import ObjectMeta, View

DURATION: Final = 15.0
"""Seconds that a Lease lasts unless it is renewed."""

DEADLINE: Final = 10.0
"""Seconds after its last renewal in which a leader stops writing: well before another may begin."""


class LeaseSpec(View, frozen=True, omit_defaults=False):
    """``spec`` of a Lease; times are RFC 3339 text, for people: nothing is decided by them.

    What is ``None`` is written as ``null``, which takes it out of the Lease.
    """

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class Lease(View, frozen=True):
    """``coordination.k8s.io/v1`` Lease."""

    metadata: ObjectMeta
    spec: LeaseSpec = LeaseSpec()


class Sight(NamedTuple):
    """A Lease, and since when (seconds on a steady clock) it has looked like this."""

    lease: Lease
    since: float


def see(before: Sight | None, lease: Lease, *, now: float) -> Sight:
    """Return what is known of the Lease; whatever is written into its spec is a sign of life."""
    if before and before.lease.spec == lease.spec:
        return Sight(lease, before.since)
    return Sight(lease, now)


def may_take(sight: Sight, identity: str, *, now: float) -> bool:
    """Tell whether a candidate may write itself into the Lease, or renew it."""
    spec = sight.lease.spec
    if not spec.holder_identity or spec.holder_identity == identity:
        return True
    return now - sight.since >= (spec.lease_duration_seconds or DURATION)


def held_by(identity: str, before: LeaseSpec, *, wall: float) -> LeaseSpec:
    """Return the spec that takes or renews a Lease; ``wall`` is seconds since the epoch."""
    moment = micro_time(wall)
    renews = before.holder_identity == identity
    transitions = before.lease_transitions or 0
    return LeaseSpec(
        holder_identity=identity,
        lease_duration_seconds=int(DURATION),
        acquire_time=before.acquire_time if renews else moment,
        renew_time=moment,
        # The first holder of all is no transition.
        lease_transitions=transitions if renews or not before.renew_time else transitions + 1,
    )


def released(before: LeaseSpec, *, wall: float) -> LeaseSpec:
    """Return the spec that anybody may take at once."""
    moment = micro_time(wall)
    return LeaseSpec(
        holder_identity=None,
        lease_duration_seconds=1,
        acquire_time=moment,
        renew_time=moment,
        lease_transitions=before.lease_transitions,
    )


def micro_time(wall: float) -> str:
    """Write seconds since the epoch as the API's MicroTime."""
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
