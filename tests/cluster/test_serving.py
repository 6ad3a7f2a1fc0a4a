"""``ingress run`` of a cluster, and the commands that look at one."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from cluster.controller import INGRESS, Controller
from cluster.manifests import deployment, ingress, ingress_class, service
from cluster.standins import StandIns
from cluster.waiting import until

PORT = 8090


def web(namespace: str, *, replicas: int = 2) -> list[dict]:
    return [
        ingress_class(),
        deployment("web", namespace=namespace, replicas=replicas),
        service("web", namespace=namespace, target=PORT),
        ingress("web", namespace=namespace, host="a.test"),
    ]


@pytest.fixture
def stand_ins(control_tier):
    them = StandIns(control_tier, PORT)
    yield them
    them.stop()


@pytest.mark.usefixtures("stand_ins")
def test_what_is_applied_is_served_and_what_changes_is_live(control_tier, namespace):
    control_tier.apply(*web(namespace))
    controller = Controller(control_tier, "--watch-namespace", namespace, ports=18080)
    until(controller.is_ready, "ready")
    controller.until_status("a.test", "200")

    def both_answer() -> bool:
        pods = {controller.get("a.test").partition("\n")[0] for _ in range(4)}
        assert all(pod.startswith("10.244.") for pod in pods)
        return len(pods) == 2

    until(both_answer, "answers of both pods")
    assert controller.status("b.test") == "404"
    control_tier.apply(ingress("web", namespace=namespace, host="b.test"))
    controller.until_status("b.test", "200")
    assert controller.status("a.test") == "404"
    control_tier.kubectl("scale", "deployment/web", "--replicas=0", "-n", namespace)
    controller.until_status("b.test", "503")
    control_tier.kubectl("delete", "ingress/web", "-n", namespace)
    controller.until_status("b.test", "404")
    assert controller.stop(signal.SIGTERM) == 0
    said = controller.log.read_text()
    assert f"changed Ingress {namespace}/web" in said
    assert "ingress.cluster: serving 1 hosts" in said
    assert "Traceback" not in said


def test_the_commands_look_at_a_cluster(control_tier, namespace):
    control_tier.apply(*web(namespace), ingress("lost", namespace=namespace, host="b.test"))
    tell = ("-n", namespace, "-o", "json")

    def run(*words: str | Path):
        return control_tier.inside.run(*words, env=control_tier.environment, check=False)

    done = run(INGRESS, "check", *tell)
    found = {(it["reason"], it["subject"]["name"], it["file"]) for it in json.loads(done.stdout)}
    assert ("ServiceMissing", "lost", None) in found
    assert done.returncode == 1
    done = run(INGRESS, "explain", "http://a.test/x", *tell)
    assert json.loads(done.stdout)["route"]["ingress"] == f"{namespace}/web"
    done = run(INGRESS, "snapshot", "-n", namespace)
    assert sorted(json.loads(done.stdout)["hosts"]) == ["a.test", "b.test"]
    assert done.returncode == 0
    context = ("--context", "nowhere")
    assert "get-contexts" in run(INGRESS, "check", *context).stderr


def test_kubectl_takes_it_for_a_plugin(control_tier, namespace):
    control_tier.apply(*web(namespace))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = control_tier.inside.run(
        control_tier.programs / "kubectl",
        *("ingress", "explain", "http://a.test/x", "-n", namespace),
        env=control_tier.environment | {"PATH": path},
    )
    assert f"{namespace}/web" in done.stdout
