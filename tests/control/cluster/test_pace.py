import asyncio

import pytest
from control.clock import timed

from ingress.control.cluster.pace import Pace, asked_to_wait, is_in_trouble
from ingress.sources.cluster.api import ApiError, ApiUnreachable


def refused(status: int, retry_after: float | None = None) -> ApiError:
    return ApiError(status, reason="", message="", retry_after=retry_after)


def test_turns_come_so_many_a_second():
    async def main() -> list[float]:
        pace, clock = Pace(10.0), asyncio.get_running_loop().time
        times = []
        for _ in range(3):
            await pace.turn()
            times.append(round(clock(), 6))
        await asyncio.sleep(1.0)
        for _ in range(2):
            await pace.turn()
            times.append(round(clock(), 6))
        return times

    assert timed(main()) == [0.0, 0.1, 0.2, 1.2, 1.3]


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (ApiUnreachable("gone"), True),
        (refused(429), True),
        (refused(503), True),
        (refused(403), False),
        (refused(422), False),
    ],
)
def test_a_server_in_trouble_is_none_that_refuses_one_thing(failure, expected):
    assert is_in_trouble(failure) is expected


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (ApiUnreachable("gone"), 0.0),
        (refused(429), 0.0),
        (refused(429, 2.0), 2.0),
        (refused(503, 3600.0), 60.0),
    ],
)
def test_it_is_left_alone_for_as_long_as_it_asks(failure, expected):
    assert asked_to_wait(failure) == expected
