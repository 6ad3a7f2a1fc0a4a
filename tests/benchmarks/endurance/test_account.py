from benchmarks.endurance.account import Endurance
from benchmarks.endurance.soak import Trend

IT = Endurance(
    machine={"cores": 2},
    seconds=600.0,
    workers=3,
    done={"http kept": 1000, "https WebSocket": 7, "https WebSocket message": 90},
    slowest=0.25,
    changes=12_000,
    generations=11_000,
    rolls=190,
    kills=2,
    back=[0.4, 0.6],
    held=20,
    on_killed=9,
    failed=[{"kind": "http kept", "error": "reset"}],
    memory={"control": Trend(first=40.0, last=41.0, slope=0.01, rss=60.0)},
)


def test_everything_counted_is_kept():
    assert Endurance.from_json(IT.to_json()) == IT


def test_the_account_says_what_failed_and_what_memory_did():
    lines = list(IT.lines())
    for line in (
        "| requests answered | 1,000 |",
        "| messages that came back on them | 90 |",
        "| workers killed; replaced within, s | 2; 0.60 |",
        "| connections that they held; that failed | 20; 9 |",
        "| **whatever else failed** | **1** |",
        "- {'kind': 'http kept', 'error': 'reset'}",
        "| control | 40.0 | 41.0 | +0.010 | 60.0 |",
    ):
        assert line in lines
