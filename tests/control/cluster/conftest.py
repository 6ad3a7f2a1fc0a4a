import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from control.cluster.world import World

from ingress.sources.cluster.api import Api, connected


@pytest.fixture(scope="session")
def kubeconfig(control_tier) -> Path:
    """The way to the API server from our own process."""
    return control_tier.open_door()


@pytest.fixture
async def api(kubeconfig: Path) -> AsyncIterator[Api]:
    async with connected(kubeconfig=str(kubeconfig)) as found:
        yield found


@pytest.fixture
def world(control_tier, namespace: str, api: Api) -> World:
    """A namespace of the cluster, and an IngressClass of our own."""
    return World(control_tier, api, namespace=namespace, name=f"ours-{secrets.token_hex(4)}")
