from ingress.proxy.counts import BUCKETS, Counts, Series


def series(*, status_class: int, count: int, seconds: float) -> Series:
    buckets = [0] * (len(BUCKETS) + 1)
    buckets[3] = count
    return Series({status_class: count}, buckets, seconds)


def test_what_several_counted_adds_up_and_leaves_them_as_they_were() -> None:
    one = Counts(
        connections=2,
        series={("a/i", "a/s"): series(status_class=2, count=3, seconds=0.5)},
        failures={("a/i", "a/s", "upstream-refused"): 1},
    )
    other = Counts(
        connections=5,
        series={
            ("a/i", "a/s"): series(status_class=5, count=1, seconds=1.0),
            ("b/i", "b/s"): series(status_class=2, count=7, seconds=2.0),
        },
        failures={("a/i", "a/s", "upstream-refused"): 2, ("", "", "no-route"): 4},
    )
    total = Counts()
    for counts in (one, other, other):
        total.add(counts)
    assert total.connections == 12
    assert total.series["a/i", "a/s"].classes == {2: 3, 5: 2}
    assert total.series["a/i", "a/s"].buckets[3] == 5
    assert total.series["a/i", "a/s"].seconds == 2.5
    assert total.series["b/i", "b/s"].classes == {2: 14}
    assert total.failures == {("a/i", "a/s", "upstream-refused"): 5, ("", "", "no-route"): 8}
    assert other.series["b/i", "b/s"].classes == {2: 7}


def test_what_is_gone_is_forgotten_but_not_what_belongs_to_none() -> None:
    keys = ("a/goes", "a/stays", "")
    counts = Counts(
        series={(key, "a/s"): Series() for key in keys},
        failures={(key, "a/s", "no-endpoints"): 1 for key in keys},
    )
    counts.forget_all_but({"a/stays"})
    assert {key for key, _ in counts.series} == {"a/stays", ""}
    assert {key for key, _, _ in counts.failures} == {"a/stays", ""}
