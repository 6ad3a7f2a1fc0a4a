import pytest
from msgspec import structs

from ingress.control.cluster.election import (
    DEADLINE,
    DURATION,
    Lease,
    LeaseSpec,
    Sight,
    held_by,
    may_take,
    micro_time,
    released,
    see,
)
from ingress.model.objects import ObjectMeta

WALL = 1_800_000_000.25
FREE = LeaseSpec()


def lease(spec: LeaseSpec, version: str = "1") -> Lease:
    return Lease(metadata=ObjectMeta(name="x", resource_version=version), spec=spec)


def test_a_free_lease_is_taken_at_once():
    assert may_take(see(None, lease(FREE), now=0.0), "a", now=0.0)
    assert held_by("a", FREE, wall=WALL) == LeaseSpec(
        holder_identity="a",
        lease_duration_seconds=15,
        acquire_time="2027-01-15T08:00:00.250000Z",
        renew_time="2027-01-15T08:00:00.250000Z",
        lease_transitions=0,
    )


def test_the_holder_renews_and_keeps_the_time_at_which_it_took_it():
    taken = held_by("a", FREE, wall=WALL)
    renewed = held_by("a", taken, wall=WALL + 2)
    assert may_take(Sight(lease(taken), 0.0), "a", now=0.0)
    assert (renewed.acquire_time, renewed.renew_time) == (taken.acquire_time, micro_time(WALL + 2))
    assert renewed.lease_transitions == 0


def test_another_waits_until_it_has_seen_no_change_for_the_whole_duration():
    held = lease(held_by("a", FREE, wall=WALL))
    sight = see(None, held, now=100.0)
    assert not may_take(sight, "b", now=100.0 + DURATION - 0.1)
    assert may_take(sight, "b", now=100.0 + DURATION)
    taken = held_by("b", held.spec, wall=WALL + 15)
    assert (taken.holder_identity, taken.lease_transitions) == ("b", 1)
    assert taken.acquire_time == taken.renew_time


@pytest.mark.parametrize("skew", [-86_400, 0, 86_400])
def test_what_the_holders_clock_says_is_of_no_weight(skew):
    """A Lease written by a clock that is a day off is as good, and as mortal, as any other."""
    held = held_by("a", FREE, wall=WALL + skew)
    sight = see(None, lease(held), now=0.0)
    assert not may_take(sight, "b", now=DURATION - 1)
    renewed = see(sight, lease(held_by("a", held, wall=WALL + skew + 2)), now=DURATION - 1)
    assert not may_take(renewed, "b", now=2 * DURATION - 2)
    assert may_take(renewed, "b", now=2 * DURATION - 1)


def test_only_the_spec_is_a_sign_of_life():
    held = held_by("a", FREE, wall=WALL)
    first = see(None, lease(held, "1"), now=0.0)
    assert see(first, lease(held, "2"), now=9.0) == Sight(lease(held, "2"), 0.0)


def test_the_duration_is_the_one_that_the_holder_wrote():
    held = structs.replace(held_by("a", FREE, wall=WALL), lease_duration_seconds=60)
    sight = Sight(lease(held), 0.0)
    assert not may_take(sight, "b", now=59.0)
    assert may_take(sight, "b", now=60.0)


def test_one_that_was_let_go_of_is_taken_at_once():
    held = held_by("a", FREE, wall=WALL)
    free = released(held, wall=WALL + 1)
    assert free.holder_identity is None
    assert may_take(see(Sight(lease(held), 0.0), lease(free), now=1.0), "b", now=1.0)
    assert held_by("b", free, wall=WALL + 1).lease_transitions == 1


def test_a_leader_stops_well_before_another_may_begin():
    assert DEADLINE <= DURATION - 5
