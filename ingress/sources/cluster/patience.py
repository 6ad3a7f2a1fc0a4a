"""How long to wait before an API server is asked again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeAlias

from ingress.sources.cluster.api import ApiError, ApiUnreachable

Failure: TypeAlias = ApiError | ApiUnreachable


class Tempo(NamedTuple):
    """What decides how long a reading waits; all but ``random``, which returns 0 to 1, in seconds.

    A watch on which nothing changes has a bookmark every minute: after ``idle`` it is taken for
    dead. What is read by name is asked for every ``turn``.
    """

    random: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    idle: float = 95.0
    turn: float = 5.0


CALM: Final = Tempo()


class Pace(NamedTuple):
    """Seconds: the first wait, and the longest; each is twice the one before."""

    first: float
    longest: float


GONE: Final = Pace(0.1, 1.0)
"""Nobody is there: asking costs nobody anything, and a server that comes back is noticed soon."""

BUSY: Final = Pace(0.2, 5.0)
"""It has errors of its own."""

REFUSED: Final = Pace(0.2, 30.0)
"""It does not let us; that may end a moment after its start, or when somebody writes a Role."""

MOST_ASKED: Final = 60.0
"""Seconds: no Retry-After is obeyed for longer."""


class Patience:
    """Waits grow as long as the same goes wrong; ``random`` returns 0 to 1 and spreads them."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._pace: Pace | None = None
        self._wait = 0.0

    def after(self, failure: Failure | None) -> float:
        """Return the seconds to wait after a failure, or (``None``) after nothing at all came."""
        pace = _pace(failure)
        if pace is self._pace:
            self._wait = min(self._wait * 2, pace.longest)
        else:
            self._pace, self._wait = pace, pace.first
        spread = self._wait * (0.5 + self._random() / 2)
        asked = failure.retry_after if isinstance(failure, ApiError) else None
        return min(asked, MOST_ASKED) + spread if asked else spread

    def renew(self) -> None:
        """Begin again: all is well."""
        self._pace = None


def _pace(failure: Failure | None) -> Pace:
    if isinstance(failure, ApiError):
        return REFUSED if failure.status in {401, 403, 404} else BUSY
    return GONE
