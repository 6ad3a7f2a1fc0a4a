"""The newest of something, for those who come when they have time: nobody is waited for."""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """Holds one item; putting another returns at once, and whoever looks sees only the last."""

    def __init__(self) -> None:
        self.newest: T | None = None
        self._changed = asyncio.Event()

    def put(self, item: T) -> None:
        """Take the place of the one before."""
        self.newest = item
        self._changed.set()
        self._changed = asyncio.Event()

    async def get(self) -> T:
        """Return the newest; wait for the first one."""
        while self.newest is None:
            await self._changed.wait()
        return self.newest

    async def changed(self, *, since: T, within: float) -> None:
        """Return once there is another than ``since``, or after some seconds."""
        if self.newest is since:
            try:
                async with asyncio.timeout(within):
                    await self._changed.wait()
            except TimeoutError:
                pass
