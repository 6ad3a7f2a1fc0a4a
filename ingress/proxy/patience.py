"""How long a client may pause while its body is wanted: pauses use it up, bytes bring it back."""

import time
from collections.abc import Callable

from ingress.settings import ProxySettings


class Patience:
    """The patience for one body, in seconds; never more than ``longest``.

    Each byte brings back what it takes at ``least_rate``, in bytes a second, so that a body may
    pause, but not crawl; with a rate of 0 any byte brings back all of it. Time in which nobody
    waits for the client counts for nothing.
    """

    def __init__(self, longest: float, *, least_rate: int, now: Callable[[], float]) -> None:
        self._longest = self._left = longest
        self._least_rate = least_rate
        self._now = now
        self._since: float | None = None

    def wait(self, *, paced: bool) -> float:
        """Wait from now on, or go on; return how long the client has.

        What is not ``paced`` may take the ``longest`` pause again and again.
        """
        now = self._now()
        if self._since is None:
            self._since = now
        return (self._left if paced else self._longest) - (now - self._since)

    def rest(self) -> None:
        """Wait no more."""
        if self._since is not None:
            self._left -= self._now() - self._since
            self._since = None

    def feed(self, size: int) -> None:
        """Take note that so many bytes have come."""
        self.rest()
        rate = self._least_rate
        self._left = min(self._longest, self._left + size / rate) if rate else self._longest


def patience_for_a_body(settings: ProxySettings) -> Patience:
    """Return what a client has that begins to send one."""
    return Patience(
        settings.client_body_timeout,
        least_rate=settings.client_body_min_rate,
        now=time.monotonic,
    )
