"""One timer per connection for all its timeouts, moved without touching the event loop."""

import asyncio
from collections.abc import Callable
from math import inf


class Deadline:
    """Calls back when a moment has passed; a later moment costs one assignment.

    The loop's timer is left where it is and looks at the deadline when it fires.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, passed: Callable[[], None]) -> None:
        self._loop = loop
        self._now = loop.time
        self._passed = passed
        self._when = self._due = inf
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> None:
        """Set the deadline to so many seconds from now."""
        self._when = self._now() + seconds
        if self._when < self._due:
            self._start()

    def clear(self) -> None:
        """Expect nothing."""
        self._when = inf

    def close(self) -> None:
        """Expect nothing ever again, and let go of who was to be called back."""
        self._when = self._due = inf
        self._passed = _let_be
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = self._when
        self._timer = self._loop.call_at(self._due, self._fired)

    def _fired(self) -> None:
        self._timer = None
        self._due = inf
        if self._when == inf:
            return
        if self._now() < self._when:
            self._start()
            return
        self._when = inf
        self._passed()


def _let_be() -> None:
    """Stand in for a callback that is not wanted any more."""
