"""One task's wait for the other end; a time limit costs nothing unless there is a wait."""

import asyncio


class Waiter:
    """Lets one task at a time wait until it is woken or its time is up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._future: asyncio.Future[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, seconds: float | None) -> bool:
        """Return ``True`` once woken, ``False`` after ``seconds``; ``None`` waits for ever."""
        self._future = self._loop.create_future()
        self.limit(seconds)
        try:
            return await self._future
        finally:
            self._future = None
            self.limit(None)

    def limit(self, seconds: float | None) -> None:
        """Start the clock anew for the wait that is going on, if one is, or stop it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._future is not None and seconds is not None:
            self._timer = self._loop.call_later(seconds, self._expire)

    def wake(self) -> None:
        """End the wait, if one is going on."""
        if self._future is not None and not self._future.done():
            self._future.set_result(True)

    def _expire(self) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_result(False)
