"""Everything but the access log goes to stderr: time-stamped, one line an event."""

import logging
import sys
import time
from typing import TextIO


class OneLine(logging.Formatter):
    """Folds line breaks, tracebacks included, so that no event can pass for two."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, process: str = "") -> None:
        place = f"{process} %(name)s" if process else "%(name)s"
        super().__init__(f"%(asctime)s %(levelname)s {place}: %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its end."""
        return " | ".join(line.strip() for line in super().format(record).splitlines())


def set_up(stream: TextIO = sys.stderr, *, process: str = "") -> None:
    """Send the log to a stream; call it once, from the process's front door.

    ``process`` says in each line which one speaks, where there are several.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(process))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # A tunnel that a client dropped is no event; asyncio says so at this level.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    # What changed is said once, as objects; that files did is no second event.
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
