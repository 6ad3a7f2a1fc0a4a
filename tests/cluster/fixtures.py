"""The tiers as fixtures: brought up when a test first asks, once for each process of the tests."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cluster.controlplane import ControlPlane
from cluster.controltier import ControlTier
from cluster.controltier import control_tier as bring_up_control_tier
from cluster.machine import no_control_tier, no_node_tier
from cluster.nodetier import NodeTier
from cluster.nodetier import node_tier as bring_up_node_tier

from scripts.tree import ROOT

IMAGE = ROOT / "dist" / "aiohttp-ingress.tar"


@pytest.fixture(scope="session")
def control_tier() -> Iterator[ControlTier]:
    """The control tier that tests share; each uses a namespace of its own."""
    if reason := no_control_tier():
        pytest.skip(reason)
    with bring_up_control_tier() as tier:
        yield tier


@pytest.fixture(scope="session")
def node_tier() -> Iterator[NodeTier]:
    """The node tier that tests share; each uses a namespace of its own."""
    if reason := no_node_tier():
        pytest.skip(reason)
    with bring_up_node_tier() as tier:
        yield tier


@pytest.fixture(scope="session")
def image_tier(node_tier: NodeTier) -> NodeTier:
    """The node tier, with the controller's image; `make test` builds that."""
    if not IMAGE.exists():
        pytest.skip(f"there is no {IMAGE.relative_to(ROOT)}: make image")
    node_tier.publish(IMAGE, "aiohttp-ingress")
    return node_tier


@pytest.fixture
def namespace(control_tier: ControlTier) -> Iterator[str]:
    """A Kubernetes namespace for one test, in the control tier."""
    with namespace_of(control_tier) as name:
        yield name


@pytest.fixture
def node_namespace(node_tier: NodeTier) -> Iterator[str]:
    """A Kubernetes namespace for one test, in the node tier."""
    with namespace_of(node_tier) as name:
        yield name


@contextmanager
def namespace_of(tier: ControlPlane) -> Iterator[str]:
    """Make a Kubernetes namespace with a name of its own, and let it go at the end."""
    name = f"test-{secrets.token_hex(4)}"
    tier.kubectl("create", "namespace", name)
    yield name
    tier.kubectl("delete", "namespace", name, "--wait=false")
