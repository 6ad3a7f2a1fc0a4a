"""Request ids: one call of the kernel's brings random digits for hundreds."""

import os
from typing import Final

_CHUNK: Final = 4096
_DIGITS: Final = 32


class RequestIds:
    """Gives each id once; they are no secrets.

    What waits here is in this process' memory only: no worker is ever forked from another.
    """

    def __init__(self) -> None:
        self._digits = ""
        self._at = 0

    def new(self) -> str:
        """Return an X-Request-ID: 32 random hex digits, as ingress-nginx makes them."""
        at = self._at
        if at == len(self._digits):
            self._digits = os.urandom(_CHUNK).hex()
            at = 0
        self._at = at + _DIGITS
        return self._digits[at : at + _DIGITS]
