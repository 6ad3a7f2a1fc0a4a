"""The garbage collector: kept out of what is built at first, which stays and is a lot."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collector_at_first() -> Iterator[None]:
    """Begin with the collector off, until the end of the block or one of the below turns it on.

    With 5,000 Ingresses this is a third of a second of the start, imports included.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def turn_on() -> None:
    """Turn the collector on."""
    gc.enable()


def keep_out() -> None:
    """Turn the collector on, but keep it out of what is there: a walk over it takes 100 ms."""
    gc.freeze()
    gc.enable()
