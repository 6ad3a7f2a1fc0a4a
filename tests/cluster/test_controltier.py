"""What the control tier is: the real API server and controllers, and pods that are addresses."""

import time
from pathlib import Path

import pytest
from cluster.controltier import control_tier as bring_up
from cluster.machine import no_control_tier
from cluster.manifests import deployment, service
from cluster.standins import StandIns
from cluster.waiting import until
from kubernetes_asyncio.client import VersionApi
from kubernetes_asyncio.config import new_client_from_config

from scripts.kubernetes import KUBERNETES


def addresses(tier, name, *, namespace) -> set[str]:
    """Return the ready addresses in a Service's EndpointSlices."""
    label = f"kubernetes.io/service-name={name}"
    slices = tier.get("endpointslices", f"--namespace={namespace}", f"--selector={label}")["items"]
    return {
        address
        for each in slices
        for endpoint in each["endpoints"] or []
        if endpoint["conditions"]["ready"]
        for address in endpoint["addresses"]
    }


def pods(tier, *, namespace) -> set[str]:
    """Return the addresses of the pods that run."""
    found = tier.get("pods", f"--namespace={namespace}")["items"]
    return {pod["status"]["podIP"] for pod in found if pod["status"]["phase"] == "Running"}


def test_a_deployment_gets_pods_and_its_service_endpoints(control_tier, namespace):
    control_tier.apply(
        deployment("http-go", namespace=namespace, replicas=3),
        service("http-go", namespace=namespace, target=8080),
    )
    found = until(
        lambda: len(them := addresses(control_tier, "http-go", namespace=namespace)) == 3 and them,
        "three endpoints",
    )
    assert found == pods(control_tier, namespace=namespace)
    assert all(address.startswith("10.244.") for address in found)
    with_stand_ins = StandIns(control_tier, 8080)
    try:
        for address in found:
            answer = control_tier.inside.run("curl", "-sS", f"http://{address}:8080/where").stdout
            assert answer == f"{address}\n"
        asked = [(r["address"], r["method"], r["target"]) for r in with_stand_ins.requests()]
        assert asked == [(address, "GET", "/where") for address in found]
    finally:
        with_stand_ins.stop()


def test_a_mortal_pod_refuses_as_soon_as_it_is_deleted(control_tier, namespace):
    control_tier.apply(deployment("brief", namespace=namespace, replicas=2))
    first, second = until(
        lambda: len(them := pods(control_tier, namespace=namespace)) == 2 and them, "two pods"
    )
    stand_ins = StandIns(control_tier, 8081, mortal=True)

    def answers(address: str) -> bool:
        curl = ("curl", "--silent", "--max-time", "5", f"http://{address}:8081/")
        return control_tier.inside.run(*curl, check=False).stdout == f"{address}\n"

    try:
        until(lambda: answers(first) and answers(second), "both pods answer")
        control_tier.kubectl(
            "delete", "pods", f"--namespace={namespace}", f"--field-selector=status.podIP={first}"
        )
        until(lambda: not answers(first), "the deleted pod refuses")
        assert answers(second)
    finally:
        stand_ins.stop()


async def test_a_client_of_our_own_process_comes_in_by_a_door(control_tier):
    kubeconfig = control_tier.open_door()
    async with await new_client_from_config(config_file=str(kubeconfig)) as client:
        version = await VersionApi(client).get_code()
    assert version.git_version == f"v{KUBERNETES.version}"


def test_two_side_by_side_and_nothing_left(control_tier, namespace):
    began = time.monotonic()
    with bring_up() as other:
        print(f"up in {time.monotonic() - began:.1f} s")
        assert (
            "NotFound"
            in other.inside.run(
                *("sh", "-c", f"{other.programs}/kubectl get namespace {namespace} 2>&1"),
                env={"KUBECONFIG": str(other.kubeconfig)},
                check=False,
            ).stdout
        )
        first = Path("/proc", str(other.inside.pid))
        folder = other.inside.folder
        daemons = [
            Path("/proc", str(each.pid)) for each in (other.etcd, other.api_server, other.kwok)
        ]
        assert all(path.exists() for path in (first, folder, *daemons))
    assert not any(path.exists() for path in (first, folder, *daemons))
    assert control_tier.kubectl("get", "namespace", namespace)


@pytest.fixture
def own_tier():
    """A control tier that may be harmed."""
    if reason := no_control_tier():
        pytest.skip(reason)
    with bring_up() as tier:
        yield tier


@pytest.mark.control_tier
def test_a_watch_from_before_a_compaction_is_gone(own_tier):
    def watch() -> str:
        """Watch from the very first revision, for a second; return what is said."""
        path = "/api/v1/namespaces?watch=1&resourceVersion=1&timeoutSeconds=1"
        return own_tier.kubectl("get", "--raw", path)

    def running(count: int) -> bool:
        for daemon in (own_tier.controller_manager, own_tier.scheduler, own_tier.kwok):
            daemon.check()
        return len(pods(own_tier, namespace="default")) == count

    # A controller manager whose own start is not over gives up where its API server goes away.
    own_tier.apply(deployment("before", namespace="default"))
    until(lambda: running(1), "a pod runs")
    own_tier.stop_api_server()
    with pytest.raises(RuntimeError, match="refused"):
        own_tier.kubectl("get", "namespaces")
    own_tier.compact()
    own_tier.start_api_server()
    assert '"code":410' in watch()
    # The controllers, the scheduler and KWOK find back to it; each waits up to 30 s between tries.
    own_tier.apply(deployment("after", namespace="default"))
    until(lambda: running(2), "another pod runs", within=80.0)
