from pathlib import Path

from ingress.runtime.memory import give_back


def resident() -> int:
    """Return the pages that this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_what_lies_between_things_that_stay_is_given_back() -> None:
    # Each too small for a mapping of its own, so that freeing every other one gives nothing back.
    kept = [b"x" * 100_000 for _ in range(400)]
    held = resident()
    del kept[::2]
    give_back()
    assert held - resident() > 2000
