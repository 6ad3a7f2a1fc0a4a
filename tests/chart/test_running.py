"""The controller that the chart describes, as it is upgraded and goes: nothing of it is left."""

import json

import pytest
from chart.releasing import NAME, Release
from chart.rendering import Manifest
from chart.running import Controller
from cluster.auditing import requests
from cluster.waiting import until


def _ingress(release: Release, name: str, **annotations: str) -> Manifest:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": f"{name}.example.com", "http": {"paths": [path]}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": name,
            "namespace": release.namespace,
            "annotations": {f"aiohttp-ingress.dev/{key}": it for key, it in annotations.items()},
        },
        "spec": {"ingressClassName": release.namespace, "rules": [rule]},
    }


@pytest.fixture
def controller(release, tmp_path):
    release.put("install", clearStatus=True)
    running = Controller(release, f"--state-dir={tmp_path}")
    yield running
    assert running.stop() == 0


def test_its_rights_are_enough_and_nothing_is_left(release, controller):
    until(controller.is_ready, "ready")
    release.tier.apply(_ingress(release, "good"))
    until(
        lambda: release.get("ingress", "good")["status"]["loadBalancer"].get("ingress"),
        "an ADDRESS",
    )
    until(lambda: _is_refused(release), "the webhook refuses what is wrong")
    assert release.get("lease", f"{NAME}-leader")["spec"]["holderIdentity"].startswith("pod-1")

    release.put("upgrade", clearStatus=True, podLabels={"changed": "yes"})
    assert _is_refused(release)
    asked = requests(release.tier.inside.folder, f"{release.namespace}:{NAME}")
    assert asked
    assert all(asked.values())

    # It still runs, as a pod that drains does: what is gone stays gone.
    release.kubectl("delete", "ingress", "good", f"--namespace={release.namespace}")
    release.helm("uninstall", "--wait", "--timeout=60s")
    until(lambda: not release.left(), "nothing is left", within=60.0)


def _address(release: Release, name: str) -> str:
    path = "-o=jsonpath={.status.loadBalancer.ingress[0].ip}"
    return release.kubectl("get", "ingress", name, f"--namespace={release.namespace}", path)


def _is_refused(release: Release) -> bool:
    """Tell whether the webhook refuses an Ingress that is wrong by itself, and says why."""
    wrong = json.dumps(_ingress(release, "wrong", **{"ssl-redirect": "perhaps"}))
    kubectl = (release.tier.programs / "kubectl", "apply", "--dry-run=server", "-f", "-")
    done = release.tier.inside.run(*kubectl, env=release.tier.environment, input=wrong, check=False)
    return done.returncode != 0 and "ssl-redirect" in done.stderr
