"""The event loop: uvloop's where there is one, else asyncio's."""

import asyncio
from collections.abc import Callable


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the loop, as ``asyncio.Runner`` takes it."""
    try:
        import uvloop  # noqa: PLC0415 - it is not to be had on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
