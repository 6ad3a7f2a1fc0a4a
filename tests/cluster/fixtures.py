"""The tiers as fixtures: brought up when a test first asks, once for each process of the tests."""

import secrets
from collections.abc import Iterator

import pytest
from cluster.controltier import ControlTier
from cluster.controltier import control_tier as bring_up_control_tier
from cluster.machine import no_control_tier


@pytest.fixture(scope="session")
def control_tier() -> Iterator[ControlTier]:
    """The control tier that tests share; each uses a namespace of its own."""
    if reason := no_control_tier():
        pytest.skip(reason)
    with bring_up_control_tier() as tier:
        yield tier


@pytest.fixture
def namespace(control_tier: ControlTier) -> Iterator[str]:
    """A Kubernetes namespace for one test, in the control tier."""
    name = f"test-{secrets.token_hex(4)}"
    control_tier.kubectl("create", "namespace", name)
    yield name
    control_tier.kubectl("delete", "namespace", name, "--wait=false")
