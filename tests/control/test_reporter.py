import asyncio
import threading

import pytest

from ingress.compiler import Build, build_snapshot
from ingress.control.reporter import Change, Reporter, Several
from ingress.model.inventory import Inventory
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict
from ingress.settings import CompilerOptions


def about(name: str) -> Verdict:
    return verdict(
        ObjectRef("Ingress", "default", name), Reason.NO_RULES, message="empty", mend="add rules"
    )


def saying(*verdicts: Verdict) -> Build:
    """Return a Build that has this to say and nothing else."""
    return build_snapshot(Inventory(verdicts=verdicts), CompilerOptions(), now=0.0)


class Told:
    """A callback that keeps what it was told."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.arrived = asyncio.Event()
        self.may_go = threading.Event()
        self.may_go.set()
        self.fails = False
        self._loop = asyncio.get_running_loop()

    def __call__(self, change: Change) -> None:
        self.may_go.wait(timeout=10)
        self.changes.append(change)
        self._loop.call_soon_threadsafe(self.arrived.set)
        if self.fails:
            raise BrokenPipeError("stderr is gone")

    async def next(self) -> Change:
        async with asyncio.timeout(10):
            await self.arrived.wait()
        self.arrived.clear()
        return self.changes[-1]


async def test_only_what_is_new_or_gone_is_told() -> None:
    told = Told()
    reporter = Reporter(told)
    task = asyncio.create_task(reporter.run())
    reporter.report(saying(about("a"), about("b")))
    assert await told.next() == Change(new=(about("a"), about("b")), gone=())
    reporter.report(saying(about("a"), about("b")))
    reporter.report(saying(about("b"), about("c")))
    assert await told.next() == Change(new=(about("c"),), gone=(about("a"),))
    reporter.report(saying())
    assert await told.next() == Change(new=(), gone=(about("b"), about("c")))
    assert len(told.changes) == 3
    task.cancel()


async def test_reporting_returns_while_the_callback_is_stuck() -> None:
    told = Told()
    told.may_go.clear()
    reporter = Reporter(told)
    task = asyncio.create_task(reporter.run())
    for name in "abcdef":
        reporter.report(saying(about(name)))
        await asyncio.sleep(0)
    told.may_go.set()
    while told.changes[-1:] != [Change(new=(about("f"),), gone=(about("a"),))]:
        await told.next()
    assert len(told.changes) == 2, "what came meanwhile is one change"
    task.cancel()


async def test_a_callback_that_fails_is_logged_and_the_next_change_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()
    told.fails = True
    reporter = Reporter(told)
    task = asyncio.create_task(reporter.run())
    reporter.report(saying(about("a")))
    await told.next()
    reporter.report(saying(about("b")))
    assert await told.next() == Change(new=(about("b"),), gone=(about("a"),))
    assert "verdicts could not be reported" in caplog.text
    task.cancel()


def test_several_sinks_are_told_the_same() -> None:
    class Sink:
        told: Build | None = None

        def report(self, build: Build) -> None:
            self.told = build

    build, sinks = saying(about("a")), (Sink(), Sink())
    Several(*sinks).report(build)
    assert all(sink.told is build for sink in sinks)
