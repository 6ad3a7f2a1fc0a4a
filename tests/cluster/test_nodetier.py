"""What the node tier is: pods that run, and Services that answer."""

import time
from pathlib import Path

import pytest
from cluster.machine import cgroups
from cluster.manifests import deployment, service
from cluster.nodetier import ADDRESS
from cluster.nodetier import node_tier as bring_up
from cluster.waiting import until

REFUSED = 7  # what curl ends with


def roll_out(tier, name: str, *, namespace: str) -> None:
    words = ("rollout", "status", f"deployment/{name}", f"--namespace={namespace}")
    tier.kubectl(*words, "--timeout=50s")


@pytest.fixture
def welcoming(node_tier, node_namespace):
    """Two pods and their Service, which has a port of the node; return its spec."""
    node_tier.apply(
        deployment("http-go", namespace=node_namespace, replicas=2, image="gasbugs/http-go"),
        service("http-go", namespace=node_namespace, target=8080, type="NodePort"),
    )
    roll_out(node_tier, "http-go", namespace=node_namespace)
    return node_tier.get("service", "http-go", f"--namespace={node_namespace}")["spec"]


def test_a_service_answers_wherever_it_should(node_tier, node_namespace, welcoming):
    by_address = f"http://{welcoming['clusterIP']}/"
    by_node_port = f"http://{ADDRESS}:{welcoming['ports'][0]['nodePort']}/"
    pods = node_tier.get("pods", f"--namespace={node_namespace}")["items"]
    names = {pod["metadata"]["name"] for pod in pods}
    by_pod = [f"http://{pod['status']['podIP']}:{port}/" for pod in pods for port in (8080, 8443)]

    def welcomes(url: str) -> set[str]:
        """Ask 40 times, on a new connection each: to either pod, and not always to the same."""
        curl = ("curl", "--silent", "--max-time", "5", "--header", "Connection: close", *[url] * 40)
        return set(node_tier.inside.run(*curl, check=False).stdout.splitlines())

    def welcome_in_a_pod(url: str) -> str:
        words = ("exec", "deploy/http-go", f"--namespace={node_namespace}", "--", "curl", "-s", url)
        return node_tier.kubectl(*words, "-H", "Accept: text/plain").strip()

    everybody = {f"Welcome! {name}" for name in names}
    assert set.union(*map(welcomes, by_pod)) == everybody
    until(lambda: welcomes(by_address) == everybody, "the Service's address answers")
    until(lambda: welcomes(by_node_port) == everybody, "the node's port answers")
    assert welcome_in_a_pod(by_address) in everybody
    assert welcome_in_a_pod(by_node_port) in everybody


def test_a_connection_that_kube_proxy_missed_is_told_from_one_that_it_refused(
    node_tier, node_namespace, welcoming
):
    nobody = service("nobody", namespace=node_namespace, target=8080, type="NodePort")
    node_tier.apply(nobody)
    spec = node_tier.get("service", "nobody", f"--namespace={node_namespace}")["spec"]
    taken, refused = (it["ports"][0]["nodePort"] for it in (welcoming, spec))
    unknown = next(port for port in range(30_000, 30_003) if port not in {taken, refused})

    def ask(port: int) -> tuple[int, int]:
        """Return curl's exit code, and how many connections were missed meanwhile."""
        before = node_tier.missed()
        curl = ("curl", "--silent", "--max-time", "5", "--output", "/dev/null")
        url = f"http://{ADDRESS}:{port}/"
        return node_tier.inside.run(*curl, url, check=False).returncode, node_tier.missed() - before

    until(lambda: ask(taken) == (0, 0), "the node's port answers")
    until(lambda: ask(refused) == (REFUSED, 0), "kube-proxy refuses for want of endpoints")
    assert ask(unknown) == (REFUSED, 1)


@pytest.mark.usefixtures("welcoming")
def test_a_rolling_update(node_tier, node_namespace):
    before = node_tier.kubectl("get", "pods", f"--namespace={node_namespace}", "--output=name")
    node_tier.kubectl("rollout", "restart", "deployment/http-go", f"--namespace={node_namespace}")
    roll_out(node_tier, "http-go", namespace=node_namespace)
    after = node_tier.kubectl("get", "pods", f"--namespace={node_namespace}", "--output=name")
    assert set(after.split()) - set(before.split())


def test_an_image_that_nobody_published(node_tier, node_namespace):
    node_tier.apply(deployment("other", namespace=node_namespace, image="example.com/other:1"))

    def refused() -> bool:
        pods = node_tier.get("pods", f"--namespace={node_namespace}")["items"]
        containers = [each for pod in pods for each in pod["status"].get("containerStatuses", [])]
        return any("ImagePull" in str(each["state"]) for each in containers)

    assert until(refused, "the pod says that its image cannot be had")


def kernel(read) -> list[str]:
    """Return parameters of the machine's kernel that the kubelet would set."""
    names = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops")
    return [read(Path("/proc/sys", name)) for name in names]


def test_two_side_by_side_and_nothing_left(node_tier):
    before = kernel(Path.read_text)
    began = time.monotonic()
    with bring_up() as other:
        print(f"up in {time.monotonic() - began:.1f} s")
        other.apply(deployment("http-go", namespace="default", image="gasbugs/http-go"))
        roll_out(other, "http-go", namespace="default")
        assert kernel(lambda file: other.inside.run("cat", file).stdout) == ["1\n", "10\n", "1\n"]
        folder = other.inside.folder
        daemons = [other.kubelet, other.containerd, other.kube_proxy, other.registry, other.etcd]
        processes = [Path("/proc", str(daemon.pid)) for daemon in daemons]
        groups = [group / folder.name for group in cgroups()]
        traces = [folder, *processes, *groups]
        assert all(trace.exists() for trace in traces)
    assert [trace for trace in traces if trace.exists()] == []
    assert folder.name not in Path("/proc/self/mountinfo").read_text()
    assert node_tier.kubectl("get", "nodes", "--output=name") == "node/node-1\n"
    assert kernel(Path.read_text) == before
