"""Room for client connections: how many are let in, and what those hear who are not."""

import logging
import time
from collections.abc import Callable, Sized
from typing import Final

from ingress.proxy.metrics import Metrics

log: Final = logging.getLogger(__name__)

REMIND: Final = 60.0
"""Seconds between two lines in the log about that."""

_PAGE: Final = b"Too many clients are connected. Try again later.\n"
TURNED_AWAY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Content-Type: text/plain\r\n"
    b"Content-Length: %d\r\n"
    b"Retry-After: 5\r\n"
    b"Server: aiohttp-ingress\r\n"
    b"Connection: close\r\n"
    b"\r\n%b"
) % (len(_PAGE), _PAGE)
"""The answer to who is not let in; it is no answer to a request, for none was read."""


class Room:
    """Has place for ``most`` connections, or with 0 for as many as there are descriptors.

    Those count that are served, and those that are ``arriving``: TLS takes its time.
    """

    def __init__(
        self, most: int, metrics: Metrics, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.arriving: Sized = ()
        self._most = most
        self._metrics = metrics
        self._clock = clock
        self._silent = 0
        self._remind_at = clock()

    @property
    def full(self) -> bool:
        """Whether nobody more is to be let in."""
        return 0 < self._most <= self._metrics.connections + len(self.arriving)

    def turn_away(self) -> None:
        """Take note of one who is not let in, and tell the log of many at once."""
        self._metrics.turn_away()
        self._silent += 1
        now = self._clock()
        if now >= self._remind_at:
            self._remind_at = now + REMIND
            many, self._silent = self._silent, 0
            message = (
                "all places of --max-connections %d are taken: turned away since last told: %d"
            )
            log.warning(message, self._most, many)
