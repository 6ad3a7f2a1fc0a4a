import pytest

from ingress.compiler.claims import age_of, order_of
from ingress.model.inventory import ObjectKey
from ingress.model.objects import ObjectMeta

FIRST = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("written", "age"),
    [
        ("2026-01-01T00:00:00Z", FIRST),
        ("2026-01-01T01:00:00+01:00", FIRST),
        ("2026-01-01T00:00:00", FIRST),
        ("2026-01-01", FIRST),
        (None, float("inf")),
        ("", float("inf")),
        ("yesterday", float("inf")),
    ],
)
def test_age_is_a_moment_and_none_is_the_youngest(written: str | None, age: float) -> None:
    assert age_of(ObjectMeta(name="x", creation_timestamp=written)) == age


def test_the_oldest_is_first_then_namespace_then_name() -> None:
    ranked = [
        (ObjectKey("z", "z"), "2026-01-01T00:00:00Z"),
        (ObjectKey("a", "z"), "2026-01-02T00:00:00Z"),
        (ObjectKey("b", "a"), "2026-01-02T00:00:00Z"),
        (ObjectKey("b", "b"), "2026-01-02T00:00:00Z"),
        (ObjectKey("a", "a"), None),
    ]
    orders = [
        order_of(key, ObjectMeta(name=key.name, creation_timestamp=created))
        for key, created in ranked
    ]
    youngest_first = orders[::-1]
    assert sorted(youngest_first) == orders
