"""Pods are replaced and evicted under 200 requests a second, and none of these fails.

A controller that hangs is replaced, and one that is uninstalled leaves nothing.
"""

import signal
import time
from collections.abc import Callable

import pytest
from chart.releasing import NAME, Release
from cluster.manifests import deployment, ingress, service
from cluster.nodetier import ADDRESS, BESIDE, NODE
from cluster.traffic import Traffic
from cluster.waiting import until

from scripts import kubernetes

CONTROLLER = f"{NAME}-controller"


@pytest.fixture
def release(request, image_tier, node_namespace):
    programs = kubernetes.find("charts")
    assert programs
    made = Release(image_tier, programs / request.param, node_namespace)
    yield made
    if "secret/sh.helm.release" in " ".join(made.left()):
        made.helm("uninstall", "--wait", "--timeout=90s")


@pytest.fixture
def pages(release):
    """Two pods with their Service and Ingress, in a namespace that lets any pod in."""
    name = f"{release.namespace}-pages"
    release.kubectl("create", "namespace", name)
    release.tier.apply(
        deployment("web", namespace=name, replicas=2, image="gasbugs/http-go"),
        service("web", namespace=name, target=8080),
        ingress("web", namespace=name, host="web.test", class_name=release.namespace),
    )
    release.kubectl("rollout", "status", "deployment/web", f"--namespace={name}", "--timeout=60s")
    yield name
    release.kubectl("delete", "namespace", name, "--wait=false")


def settled(release: Release, *, namespace: str, replicas: int = 2) -> Callable[[], bool]:
    """Return the question whether there are so many pods, all ready, and none that still ends."""

    def ask() -> bool:
        found = release.tier.get("pods", f"--namespace={namespace}")["items"]
        ready = [pod for pod in found if is_ready(pod)]
        return len(found) == len(ready) == replicas

    return ask


def is_ready(pod: dict) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any(it["type"] == "Ready" and it["status"] == "True" for it in conditions)


def controllers(release: Release) -> list[str]:
    pods = release.get("pods")["items"]
    return [pod["metadata"]["name"] for pod in pods]


def node_port(release: Release) -> int:
    ports = release.get("service", CONTROLLER)["spec"]["ports"]
    return next(int(port["nodePort"]) for port in ports if port["name"] == "http")


def loaded(release: Release, what: str, act: Callable[[], object], *, namespace: str) -> None:
    """Do something under load, until every pod of the namespace has settled; no request fails.

    What the node itself refused, and no pod ever saw, is told apart and not held against us.
    """
    before = release.tier.missed()
    where = {"address": ADDRESS, "port": node_port(release), "host": "web.test"}
    traffic = Traffic(release.tier, "GET", **where, expected="Welcome! ", runner=BESIDE)
    try:
        act()
        until(settled(release, namespace=namespace), f"{what} is over", within=90.0)
    finally:
        outcome = traffic.end()
    asked, failed = outcome.sent["GET"], outcome.failed["GET"]
    missed = release.tier.missed() - before
    refused = [each for each in failed if "ConnectionRefusedError" in each]
    print(
        f"{what}: {asked} asked, {len(failed)} failed, {missed} of them past kube-proxy's rules,"
        f" {outcome.slowest:.2f} s at most"
    )
    assert [each for each in failed if each not in refused] == [], what
    assert len(refused) == missed, f"{what}: {refused}"
    assert asked > 500


@pytest.mark.parametrize("release", kubernetes.STAGES["charts"], indirect=True)
@pytest.mark.timeout(300)
def test_no_request_fails_whatever_is_replaced(release, pages):
    release.put("install")
    until(settled(release, namespace=release.namespace), "two controllers")
    url = f"http://{ADDRESS}:{node_port(release)}/"
    curl = ("curl", "--silent", "--max-time", "5", "--header", "Host: web.test", url)
    until(lambda: "Welcome" in release.tier.inside.run(*curl, check=False).stdout, "an answer")
    own = release.namespace

    loaded(release, "backend rolled", lambda: restart(release, pages), namespace=pages)
    upgrade = {"podLabels": {"changed": "yes"}}
    loaded(release, "helm upgrade", lambda: release.put("upgrade", **upgrade), namespace=own)
    back = ("rollback", "1", "--wait", "--timeout=60s")
    loaded(release, "helm rollback", lambda: release.helm(*back), namespace=own)
    loaded(release, "kubectl drain", lambda: drain(release), namespace=own)


def restart(release: Release, namespace: str) -> None:
    release.kubectl("rollout", "restart", "deployment/web", f"--namespace={namespace}")
    words = ("rollout", "status", "deployment/web", f"--namespace={namespace}", "--timeout=60s")
    release.kubectl(*words)


def drain(release: Release) -> None:
    """Drain the only node: one controller goes, the budget keeps the other; then let them back."""
    chosen = "--pod-selector=app.kubernetes.io/component=controller"
    words = ("drain", NODE, chosen, "--delete-emptydir-data", "--timeout=15s")
    try:
        with pytest.raises(RuntimeError, match="disruption budget"):
            release.kubectl(*words)
    finally:
        release.kubectl("uncordon", NODE)


@pytest.mark.parametrize("release", kubernetes.STAGES["charts"], indirect=True)
@pytest.mark.timeout(240)
def test_one_that_hangs_is_replaced_and_nothing_is_left(release):
    release.put("install")
    print(release.helm("test", "--timeout=60s"))
    hung = controllers(release)[0]
    assert container_of(release, hung)["restartCount"] == 0
    began = time.monotonic()
    stop(release, hung)
    until(lambda: container_of(release, hung)["restartCount"] == 1, "its restart", within=90.0)
    ended = container_of(release, hung)["lastState"]["terminated"]
    assert ended["exitCode"] == 128 + signal.SIGKILL, "who hangs obeys nothing else"
    print(f"a controller that hung was replaced after {time.monotonic() - began:.1f} s")
    until(settled(release, namespace=release.namespace), "it is ready again")
    release.helm("uninstall", "--wait", "--timeout=90s")
    until(lambda: not release.left(), "nothing is left", within=60.0)


def container_of(release: Release, pod: str) -> dict:
    (container,) = release.get("pod", pod)["status"]["containerStatuses"]
    return container


def stop(release: Release, pod: str) -> None:
    """Make every process of a controller hang, as one does whose loop is stuck."""
    files = f"grep --files-with-matches INGRESS_POD_NAME={pod} /proc/[0-9]*/environ"
    script = f"kill -{signal.SIGSTOP.value} $({files} | cut -d/ -f3)"
    release.tier.inside.run("sh", "-c", script)
