"""Changes a proxy's configuration steadily, while it is under load."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.asking import await_host
from benchmarks.sites import Proxy

_numbers = itertools.count(1)


@contextmanager
def changing(proxy: Proxy, *, rate: float) -> Iterator[list[str]]:
    """Let a host come and the one before go, so often a second, until the block ends.

    Gives the list of the hosts that came; the last of them has to be served in the end. With a
    rate of 0 nothing happens.
    """
    made: list[str] = []
    if not rate:
        yield made
        return
    enough = threading.Event()
    changer = threading.Thread(
        target=_keep_on, args=(proxy, made), kwargs={"rate": rate, "enough": enough}
    )
    changer.start()
    try:
        yield made
    finally:
        enough.set()
        changer.join()
    await_host(proxy, made[-1])


def _keep_on(proxy: Proxy, made: list[str], *, rate: float, enough: threading.Event) -> None:
    begun = time.monotonic()
    for turn in itertools.count(1):
        host = f"change-{next(_numbers)}.example.com"
        proxy.change(host)
        made.append(host)
        if enough.wait(max(0.0, begun + turn / rate - time.monotonic())):
            return
