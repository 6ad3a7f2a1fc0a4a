"""How fast something may be written, so that a thousand changes are no burden to the cluster."""

import asyncio


class Pace:
    """Turns, so many a second, that are waited for one after the other."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Return when it is one's turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        await asyncio.sleep(mine - now)
