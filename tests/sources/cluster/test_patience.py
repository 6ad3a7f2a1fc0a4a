import pytest

from ingress.sources.cluster.api import ApiError, ApiUnreachable
from ingress.sources.cluster.patience import BUSY, GONE, REFUSED, Patience

AWAY = ApiUnreachable("nobody")


def error(status: int, retry_after: float | None = None) -> ApiError:
    return ApiError(status, reason="", message="", retry_after=retry_after)


@pytest.mark.parametrize(
    ("failure", "pace"),
    [
        (AWAY, GONE),
        (None, GONE),
        (error(500), BUSY),
        (error(429), BUSY),
        (error(403), REFUSED),
        (error(401), REFUSED),
    ],
)
def test_waits_grow_to_a_longest_one(failure, pace):
    patience = Patience(lambda: 1.0)
    waits = [patience.after(failure) for _ in range(12)]
    assert waits[0] == pace.first
    assert waits[1] == pace.first * 2
    assert waits[-1] == pace.longest


def test_they_are_spread():
    assert Patience(lambda: 0.0).after(AWAY) == GONE.first / 2


def test_they_begin_again_when_all_is_well_or_something_else_is_wrong():
    patience = Patience(lambda: 1.0)
    for _ in range(9):
        patience.after(AWAY)
    assert patience.after(error(503)) == BUSY.first
    patience.after(error(500))
    patience.renew()
    assert patience.after(error(500)) == BUSY.first


def test_who_asks_for_patience_is_given_it_within_reason():
    patience = Patience(lambda: 1.0)
    assert patience.after(error(429, 7)) == 7 + BUSY.first
    assert patience.after(error(429, 9999)) == 60 + BUSY.first * 2
