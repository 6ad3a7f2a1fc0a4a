"""One timer per connection for all its timeouts, moved without touching the event loop."""

import asyncio
from collections.abc import Callable


class Deadline:
    """Calls back when a moment has passed; a later moment costs one assignment.

    The loop's timer is left where it is and looks at the deadline when it fires.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, passed: Callable[[], None]) -> None:
        self._loop = loop
        self._passed = passed
        self._when: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> None:
        """Set the deadline to so many seconds from now."""
        self._when = when = self._loop.time() + seconds
        if self._timer is None or when < self._timer.when():
            self._start(when)

    def clear(self) -> None:
        """Expect nothing."""
        self._when = None

    def close(self) -> None:
        """Expect nothing ever again."""
        self._when = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._fired)

    def _fired(self) -> None:
        self._timer = None
        if self._when is None:
            return
        if self._loop.time() < self._when:
            self._start(self._when)
            return
        self._when = None
        self._passed()
