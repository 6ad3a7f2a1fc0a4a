from pathlib import Path

import pytest
from chart.releasing import Release

from scripts import kubernetes


@pytest.fixture(scope="session", params=kubernetes.STAGES["charts"])
def program(request) -> Path:
    """Helm, each version of it; made first where it is not there."""
    if kubernetes.find("charts") is None:
        kubernetes.make(("charts",))
    folder = kubernetes.find("charts")
    assert folder
    return folder / request.param


@pytest.fixture
def release(control_tier, program, namespace):
    made = Release(control_tier, program, namespace)
    yield made
    if "secret/sh.helm.release" in " ".join(made.left()):
        made.helm("uninstall")
