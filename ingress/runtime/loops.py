"""The event loop: uvloop's where there is one, else asyncio's."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the loop, as ``asyncio.Runner`` takes it."""
    try:
        import uvloop  # noqa: PLC0415 - it is not to be had on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, and return what it does."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(main)
