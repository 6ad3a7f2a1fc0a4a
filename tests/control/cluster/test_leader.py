import asyncio
import logging
import os
import signal
import time
from contextlib import asynccontextmanager

import pytest
from cluster.namespaces import child_of
from cluster.waiting import until as wait_until
from control.cluster.world import until

from ingress.control.cluster.election import DEADLINE, DURATION
from ingress.control.cluster.leader import RETRY, Leader
from ingress.sources.cluster.api import connected


class Candidate:
    """A candidate, and what it does while it leads."""

    def __init__(self, api, lease, name) -> None:
        self.leader = Leader(api, lease=lease, identity=name)
        self.led: list[tuple[float, float]] = []
        self.enough = asyncio.Event()
        self.leads = False
        self.task = asyncio.create_task(self.leader.run(self._lead), name=name)

    async def _lead(self) -> None:
        begun, self.leads = time.monotonic(), True
        try:
            await self.enough.wait()
        finally:
            self.leads = False
            self.led.append((begun, time.monotonic()))


@asynccontextmanager
async def candidate(api, lease, name):
    standing = Candidate(api, lease, name)
    try:
        yield standing
    finally:
        standing.task.cancel()
        await asyncio.wait({standing.task})


async def lease_of(world, name="lead"):
    return (await world.get("lease", name))["spec"]


async def test_one_leads_and_hands_over_at_once_when_it_has_led_to_the_end(world, api):
    lease = world.key("lead")
    async with candidate(api, lease, "a") as a, candidate(api, lease, "b") as b:
        await until(lambda: a.leads or b.leads, "a leader")
        first, second = (a, b) if a.leads else (b, a)
        assert not second.leads
        assert (await lease_of(world))["leaseTransitions"] == 0
        first.enough.set()
        begun = time.monotonic()
        await until(lambda: second.leads, "the other leads")
        assert time.monotonic() - begun < DURATION / 3
        assert first.task.done()
        ((_, ended),) = first.led
        held = await lease_of(world)
        assert held["holderIdentity"] == second.task.get_name()
        assert held["leaseTransitions"] == 1
        second.enough.set()
        await asyncio.wait({second.task})
        assert "holderIdentity" not in await lease_of(world)
        assert ended <= second.led[0][0]


async def test_one_that_is_cut_off_stops_before_another_begins(world, api, control_tier, caplog):
    caplog.set_level(logging.INFO)
    lease = world.key("lead")
    cut = await asyncio.to_thread(CutOff, control_tier)
    async with (
        connected(kubeconfig=str(cut.kubeconfig)) as other,
        candidate(other, lease, "a") as a,
    ):
        await until(lambda: a.leads, "a leads")
        async with candidate(api, lease, "b") as b:
            begun = time.monotonic()
            await asyncio.to_thread(cut.close)
            await until(lambda: not a.leads, "a stops", within=DEADLINE + 5)
            assert not b.leads
            await until(lambda: b.leads, "b leads", within=DURATION + 5)
            assert time.monotonic() - begun < DURATION + 3 * RETRY + 1
            assert a.led[0][1] - begun < DEADLINE + 1
    assert "cannot be reached" in caplog.text


class CutOff:
    """A way to the API server that can be closed."""

    def __init__(self, tier) -> None:
        before = len(tier.inside.started)
        self.kubeconfig = tier.open_door()
        self._doors = tier.inside.started[before:]

    def close(self) -> None:
        for process in self._doors:
            os.kill(child_of(process.pid), signal.SIGTERM)
        wait_until(lambda: all(p.poll() is not None for p in self._doors), "the door is closed")


async def test_a_lease_that_is_taken_away_ends_the_leading_at_once(world, api):
    async with candidate(api, world.key("lead"), "a") as a:
        await until(lambda: a.leads, "a leads")
        patch = '{"spec":{"holderIdentity":"thief","leaseDurationSeconds":2}}'
        await world.kubectl("patch", "lease", "lead", "--type=merge", "-p", patch)
        await until(lambda: not a.leads, "a stops", within=DEADLINE / 2)
        assert not a.leader.leading
        await until(lambda: a.leads, "a leads again, the thief being silent")
        assert (await lease_of(world))["leaseTransitions"] == 1


async def test_what_others_wrote_into_the_lease_stays(world, api):
    async with candidate(api, world.key("lead"), "a") as a:
        await until(lambda: a.leads, "a leads")
        await world.kubectl("label", "lease", "lead", "team=blue")
        before = (await lease_of(world))["renewTime"]

        async def renewed() -> bool:
            return (await lease_of(world))["renewTime"] != before

        await until(renewed, "a renewal")
        assert (await world.get("lease", "lead"))["metadata"]["labels"] == {"team": "blue"}
        assert a.leads


async def test_what_it_may_not_do_is_said_once(world, api, caplog):
    async with candidate(api, world.key("lead")._replace(namespace="nowhere"), "a") as a:
        await until(lambda: caplog.records, "a complaint")
        await asyncio.sleep(2 * RETRY)
        assert not a.leads
    (record,) = caplog.records
    assert "Lease nowhere/lead: 404 NotFound" in record.getMessage()


async def test_a_bug_in_what_leads_is_the_callers(world, api):
    async def lead() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Leader(api, lease=world.key("lead"), identity="a").run(lead)
