"""What tests in every folder may ask for, and what a run says at its end."""

from collections.abc import Sequence

import pytest
from cluster.fixtures import control_tier, image_tier, namespace, node_namespace, node_tier
from hypothesis import HealthCheck, settings
from wire.served import each_lane
from wire.summary import pytest_terminal_summary

from ingress.runtime.build import which_build

__all__ = [
    "control_tier",
    "each_lane",
    "image_tier",
    "namespace",
    "node_namespace",
    "node_tier",
    "pytest_terminal_summary",
]


# No test measures time, Hypothesis' examples no more than others: a machine may be busy.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--build", default=which_build(), help="test this build, or fail if it is not here"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--build") != which_build():
        raise pytest.UsageError(f"what is imported here is {which_build()}")


def pytest_report_header() -> str:
    """Say what is tested."""
    return f"build: {which_build()}"


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the tests of a tier, so that `-m "not control_tier"` leaves them out."""
    for item in items:
        for tier in ("control_tier", "node_tier"):
            if tier in getattr(item, "fixturenames", ()):
                item.add_marker(tier)
