"""Says at the end of a run how many exchanges of each kind were tried."""

from collections import Counter
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what the tests of the wire counted by record_property; see pytest's hook."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties:
            if name.startswith("wire: "):
                counts[name.removeprefix("wire: ")] += value
    if counts:
        terminalreporter.section("rules of the wire")
        for name, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count:7} {name}")
        terminalreporter.write_line(f"{counts.total():7} exchanges")
