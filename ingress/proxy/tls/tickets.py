"""Session tickets: their keys live in the context to listen with, and are to be changed in time."""

import logging
import ssl
from collections.abc import Callable
from typing import Final

log: Final = logging.getLogger(__name__)

KEYS_LIVE: Final = 12 * 3600.0
"""Seconds after which there are new keys: who learns one can read what TLS 1.2 resumed with it."""
AGAIN: Final = 60.0
"""Seconds to the next attempt, where a context could not be made."""


class Renewed:
    """A context to listen with, made anew in time.

    OpenSSL makes the keys of its tickets with a context and never changes them, and Python's ssl
    has no way to. Whoever comes with a ticket of the context before makes a full handshake.
    """

    def __init__(self, make: Callable[[], ssl.SSLContext]) -> None:
        self._make = make
        self._context = make()
        self._until: float | None = None

    def at(self, now: float) -> ssl.SSLContext:
        """Return the context of this moment, by a clock that never goes back."""
        if self._until is None:
            self._until = now + KEYS_LIVE
        elif now >= self._until:
            self._renew(now)
        return self._context

    def _renew(self, now: float) -> None:
        try:
            self._context = self._make()
        except OSError as error:  # it takes a descriptor to load a certificate
            log.error("the keys of session tickets stay, for want of a context: %s", error)  # noqa: TRY400 - no bug
            self._until = now + AGAIN
        else:
            self._until = now + KEYS_LIVE
