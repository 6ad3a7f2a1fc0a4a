import asyncio

import uvloop


def pytest_asyncio_loop_factories():
    """The transport is ours on either event loop."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
