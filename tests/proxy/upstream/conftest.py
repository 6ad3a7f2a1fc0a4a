import asyncio

import uvloop


def pytest_asyncio_loop_factories():
    """Every test of the upstream side runs on both event loops."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
