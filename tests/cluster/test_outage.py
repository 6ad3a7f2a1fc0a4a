"""The API server is away, and nobody who asks for a page notices.

``OUTAGE_SECONDS`` says for how long, 20 by default; a second one, on the same etcd, lets changes
happen meanwhile.
"""

import os
import signal
import time

import pytest
from cluster.controller import Controller
from cluster.controltier import control_tier as bring_up
from cluster.machine import no_control_tier
from cluster.manifests import deployment, ingress, ingress_class, service
from cluster.standins import StandIns
from cluster.traffic import Traffic
from cluster.waiting import until

PORT = 8095
SECONDS = float(os.environ.get("OUTAGE_SECONDS", "20"))
AT_ONCE = 2.0  # seconds
RESTARTS = 3  # of each kind, of which the quickest counts


@pytest.fixture
def own_tier():
    """A control tier that may be harmed."""
    if reason := no_control_tier():
        pytest.skip(reason)
    with bring_up() as tier:
        StandIns(tier, PORT)
        tier.apply(
            ingress_class(),
            deployment("web", namespace="default", replicas=3),
            service("web", namespace="default", target=PORT),
            ingress("web", namespace="default", host="steady.test"),
        )
        yield tier


def also(host):
    """Return an Ingress that leads one more host to the same Service."""
    another = ingress("web", namespace="default", host=host)
    another["metadata"]["name"] = "another"
    return another


def seconds_until_live(controller, host):
    began = time.monotonic()
    controller.until_status(host, "200")
    return time.monotonic() - began


@pytest.mark.timeout(SECONDS + 120)
def test_no_request_fails_and_what_changed_is_live_at_once(own_tier):
    controller = Controller(own_tier, ports=18150)
    controller.until_status("steady.test", "200")
    traffic = Traffic(own_tier, host="steady.test", port=18150)
    own_tier.stop_api_server()
    end = time.monotonic() + SECONDS
    until(lambda: "cannot be read" in controller.log.read_text(), "noticed")
    with own_tier.second_api_server() as server:
        own_tier.apply(also("meanwhile.test"), server=server)
    until(lambda: time.monotonic() > end, "the outage's end", within=SECONDS + 1)
    assert controller.status("meanwhile.test") == "404"
    own_tier.start_api_server()
    meanwhile = seconds_until_live(controller, "meanwhile.test")
    own_tier.apply(also("back.test"))
    back = seconds_until_live(controller, "back.test")
    outcome = traffic.end()
    assert controller.stop(signal.SIGTERM) == 0
    print(f"away for {SECONDS:g} s: {outcome}")
    print(f"live after its return: a change made meanwhile {meanwhile:.2f} s, another {back:.2f} s")
    assert max(meanwhile, back) < AT_ONCE
    assert outcome.failed == {"GET": [], "POST": []}
    assert sum(outcome.sent.values()) > 10 * SECONDS


def seconds_to_restart(controller):
    """Stop it, and start it again; its successor takes its place and its ports."""
    return min(_restart(controller) for _ in range(RESTARTS))


def _restart(controller):
    assert controller.stop(signal.SIGTERM) == 0
    began = time.monotonic()
    controller.start()
    controller.until_status("steady.test", "200")
    return time.monotonic() - began


def test_a_controller_that_starts_meanwhile_serves_the_last_good_snapshot_at_once(own_tier):
    state = own_tier.inside.folder / "state"
    controller = Controller(own_tier, "--state-dir", state, ports=18160)
    controller.until_status("steady.test", "200")
    until((state / "snapshot").is_file, "kept")
    usual = seconds_to_restart(controller)
    own_tier.stop_api_server()
    took = seconds_to_restart(controller)
    print(f"serving {took:.2f} s after a start without an API server, {usual:.2f} s with one")
    # On a machine that has other things to do, every start takes longer, and not evenly so.
    assert took < max(AT_ONCE, 2 * usual)
    assert "is served from disk" in controller.log.read_text()
    own_tier.start_api_server()
    own_tier.apply(ingress("web", namespace="default", host="other.test"))
    controller.until_status("other.test", "200")
    assert controller.status("steady.test") == "404"
    assert controller.stop(signal.SIGTERM) == 0
