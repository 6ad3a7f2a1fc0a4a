"""Everything but the access log goes to stderr: time-stamped, one line an event."""

import logging
import sys
import time
from typing import TextIO


class OneLine(logging.Formatter):
    """Folds line breaks, tracebacks included, so that no event can pass for two."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its end."""
        return " | ".join(line.strip() for line in super().format(record).splitlines())


def set_up(stream: TextIO = sys.stderr) -> None:
    """Send the log to a stream; call it once, from the process's front door."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # A tunnel that a client dropped is no event; asyncio says so at this level.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    # What changed is said once, as objects; that files did is no second event.
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
