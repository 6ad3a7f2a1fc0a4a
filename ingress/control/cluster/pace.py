"""How fast something may be written, so that a thousand changes are no burden to the cluster."""

import asyncio
from typing import TypeAlias

from ingress.sources.cluster.api import ApiError, ApiUnreachable
from ingress.sources.cluster.patience import MOST_ASKED

Failure: TypeAlias = ApiError | ApiUnreachable


def is_in_trouble(failure: Failure) -> bool:
    """Tell whether the server takes nothing now, whatever it is; else only this was refused."""
    return isinstance(failure, ApiUnreachable) or failure.status == 429 or failure.status >= 500


def asked_to_wait(failure: Failure) -> float:
    """Return for how many seconds the server wants to be left alone."""
    asked = failure.retry_after if isinstance(failure, ApiError) else None
    return min(asked or 0.0, MOST_ASKED)


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
