"""What the operating system tells the process: stop, stop now, read again."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Orders:
    """``stop`` after SIGTERM or SIGINT; ``now`` after a SIGINT that follows."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.now = asyncio.Event()

    def terminate(self) -> None:
        """Ask for an orderly end."""
        self.stop.set()

    def interrupt(self) -> None:
        """Ask for an orderly end; asked again, for one at once."""
        if self.stop.is_set():
            self.now.set()
        self.stop.set()


@contextmanager
def orders(*, reread: Callable[[], None]) -> Iterator[Orders]:
    """Listen to signals while the block runs; SIGHUP calls ``reread``."""
    loop = asyncio.get_running_loop()
    given = Orders()
    handlers = {
        signal.SIGTERM: given.terminate,
        signal.SIGINT: given.interrupt,
        signal.SIGHUP: reread,
    }
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield given
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
