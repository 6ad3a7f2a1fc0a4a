"""Where Builds are reported: a sink takes them without waiting, so that publishing never does."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from ingress.compiler import Build
from ingress.model.verdict import Verdict

log = logging.getLogger(__name__)


class BuildSink(Protocol):
    """Takes the newest Build, to tell of it."""

    def report(self, build: Build) -> None:
        """Enqueue and return; only the newest counts."""


class Several:
    """Sinks that are told the same."""

    def __init__(self, *sinks: BuildSink) -> None:
        self._sinks = sinks

    def report(self, build: Build) -> None:
        """Report to each of them."""
        for sink in self._sinks:
            sink.report(build)


class Change(NamedTuple):
    """What the newest Build says that the one before did not, and the other way round."""

    new: tuple[Verdict, ...]
    gone: tuple[Verdict, ...]


Tell: TypeAlias = Callable[[Change], None]


class Reporter:
    """Tells a callback which verdicts are new and which are gone; the file mode's only report.

    The callback runs in a thread: it may read files for line numbers and write to a slow
    terminal. Builds that come meanwhile are told as one change.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._newest: tuple[Verdict, ...] = ()
        self._wake = asyncio.Event()

    def report(self, build: Build) -> None:
        """Keep the newest verdicts for ``run`` and return."""
        self._newest = build.verdicts
        self._wake.set()

    async def run(self, *, told: Sequence[Verdict] = ()) -> None:
        """Tell changes for ever; what was ``told`` already is none."""
        last = tuple(told)
        while True:
            await self._wake.wait()
            self._wake.clear()
            newest = self._newest
            if newest is last:
                continue
            change = _change(last, newest)
            last = newest
            if change.new or change.gone:
                await self._tell_of(change)

    async def _tell_of(self, change: Change) -> None:
        try:
            await asyncio.to_thread(self._tell, change)
        except Exception:  # a report that fails is no reason to stop serving
            log.exception("verdicts could not be reported")


def _change(old: tuple[Verdict, ...], new: tuple[Verdict, ...]) -> Change:
    before, after = set(old), set(new)
    return Change(
        new=tuple(verdict for verdict in new if verdict not in before),
        gone=tuple(verdict for verdict in old if verdict not in after),
    )
