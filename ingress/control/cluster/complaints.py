"""What fails again and again is said once: when it begins, and when it is over."""

import logging


class Complaints:
    """The log of one thing that is tried for ever."""

    def __init__(self, log: logging.Logger, what: str) -> None:
        self._log = log
        self._what = what
        self._said = ""

    def about(self, error: Exception) -> None:
        """Say that it failed, unless that is what was said last."""
        said = str(error) or type(error).__name__
        if said != self._said:
            self._log.warning("%s: %s (it is tried again; serving goes on)", self._what, said)
        self._said = said

    def none(self) -> None:
        """Say that it works again, if it did not."""
        if self._said:
            self._log.info("%s: it works again", self._what)
        self._said = ""
