"""What tests in every folder may ask for, and what a run says at its end."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from cluster.fixtures import control_tier, namespace

__all__ = ["control_tier", "namespace"]


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the tests of a tier (`-m "not control_tier"` leaves them out), and keep them together.

    With `--dist loadgroup`, the tests of a tier go to one worker, which brings up one cluster.
    """
    for item in items:
        if "control_tier" in getattr(item, "fixturenames", ()):
            item.add_marker("control_tier")
            item.add_marker(pytest.mark.xdist_group("control_tier"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many exchanges of each kind were tried (they are counted by record_property)."""
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
