"""What tests in every folder may ask for, and what a run says at its end."""

from collections.abc import Sequence

import pytest
from cluster.fixtures import control_tier, namespace
from wire.served import each_lane
from wire.summary import pytest_terminal_summary

__all__ = ["control_tier", "each_lane", "namespace", "pytest_terminal_summary"]


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the tests of a tier (`-m "not control_tier"` leaves them out), and keep them together.

    With `--dist loadgroup`, the tests of a tier go to one worker, which brings up one cluster.
    """
    for item in items:
        if "control_tier" in getattr(item, "fixturenames", ()):
            item.add_marker("control_tier")
            item.add_marker(pytest.mark.xdist_group("control_tier"))
