"""Changes a proxy's configuration steadily, while it is under load."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.asking import await_host
from benchmarks.sites import Proxy

_numbers = itertools.count(1)


@dataclass
class Churn:
    """The hosts that came, and how long after the last one it was served, in seconds."""

    made: list[str] = field(default_factory=list)
    live: float = 0.0


@contextmanager
def changing(proxy: Proxy, *, rate: float) -> Iterator[Churn]:
    """Let a host come and the one before go, so often a second, until the block ends.

    The last host that came has to be served in the end. With a rate of 0 nothing happens.
    """
    churn = Churn()
    if not rate:
        yield churn
        return
    enough = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        changer = pool.submit(_keep_on, proxy, churn.made, rate=rate, enough=enough)
        try:
            yield churn
        finally:
            enough.set()
    changer.result()  # raises where a change was refused
    churn.live = await_host(proxy, churn.made[-1])


def _keep_on(proxy: Proxy, made: list[str], *, rate: float, enough: threading.Event) -> None:
    begun = time.monotonic()
    for turn in itertools.count(1):
        host = f"change-{next(_numbers)}.example.com"
        proxy.change(host)
        made.append(host)
        if enough.wait(max(0.0, begun + turn / rate - time.monotonic())):
            return
