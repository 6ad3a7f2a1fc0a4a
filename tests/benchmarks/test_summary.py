import pytest

from benchmarks.load import read
from benchmarks.summary import Tally


def test_the_summary_is_what_the_reader_of_loads_reads():
    tally, other = Tally(), Tally()
    for number in range(99):
        tally.add(0.001 * (number + 1), well=number != 5)
    other.add(5.0, well=False)
    tally.merge(other)
    load = read(f"before\n{tally.summary(2.0)}\nafter")
    assert (load.requests, load.seconds, load.failed) == (100, 2.0, 2)
    assert (load.p50, load.p99) == (pytest.approx(51.0), 5000.0)


def test_no_request_at_all_has_a_summary_too():
    assert read(Tally().summary(1.0)).requests == 0
