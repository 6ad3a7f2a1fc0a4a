"""A Deployment rolls under traffic, and its pods have no manners: they die the moment they may."""

import json
from collections import Counter

import pytest
from cluster.controller import Controller
from cluster.manifests import deployment, ingress, ingress_class, service
from cluster.standins import StandIns
from cluster.traffic import Traffic, numbers
from cluster.waiting import until

PORT = 8094
ROLLS = 6


def accesses(controller):
    lines = controller.log.read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture
def mortal(control_tier):
    them = StandIns(control_tier, PORT, mortal=True)
    yield them
    them.stop()


def test_no_get_fails_and_no_post_is_repeated(control_tier, namespace, mortal):
    control_tier.apply(
        ingress_class(),
        deployment("web", namespace=namespace, replicas=4),
        service("web", namespace=namespace, target=PORT),
        ingress("web", namespace=namespace, host="rolling.test"),
    )
    controller = Controller(control_tier, "--watch-namespace", namespace, ports=18140)
    until(controller.is_ready, "ready")
    controller.until_status("rolling.test", "200")
    traffic = Traffic(control_tier, host="rolling.test", port=18140)
    for roll in range(ROLLS):
        control_tier.kubectl("set", "env", "deployment/web", f"ROLL={roll}", "-n", namespace)
        control_tier.kubectl("rollout", "status", "deployment/web", "-n", namespace)
    outcome = traffic.end()
    controller.stop()
    assert outcome.failed["GET"] == []
    arrived = Counter(numbers(mortal.requests(), "POST"))
    assert [number for number, times in arrived.items() if times > 1] == []
    # Those POSTs fail that may have reached the pod that died.
    assert all(": 502 " in failure for failure in outcome.failed["POST"])
    assert any(access["failed_tries"] for access in accesses(controller))
