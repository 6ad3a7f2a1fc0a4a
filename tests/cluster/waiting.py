"""Waiting for a condition, with a deadline: never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(question: Callable[[], T | None], what: str, *, within: float = 30.0) -> T:
    """Ask until the answer is true, and return it; else fail by saying what was waited for."""
    end = time.monotonic() + within
    while not (answer := question()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {within:g} s")
        time.sleep(0.02)  # between two looks, never in place of one
    return answer
