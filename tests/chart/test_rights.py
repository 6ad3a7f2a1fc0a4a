"""Each right of the chart's account is needed, and it lacks none: by the API server's audit log.

The controller lives twice, with the flags and the account that the chart gives it. The second time
it finds the Events that are there already, and an API server that does not stream lists, as those
before Kubernetes 1.34. A right is needed if, of all that was asked, something was allowed by that
right alone. What is denied is what the values deny, and nothing else.
"""

from typing import NamedTuple

import pytest
from chart.releasing import NAME, Release
from chart.rendering import Manifest
from chart.running import Controller
from cluster.auditing import needed, requests, rights_of
from cluster.manifests import ingress, secret, service
from cluster.waiting import until

ADDRESS = "192.0.2.7"
BALANCED = {"type": "LoadBalancer", "externalIPs": [ADDRESS]}
NODES = {"type": "NodePort"}
NODE, CLUSTER_IP = "10.244.", "10.96."  # how their addresses begin
OWN, OTHER = "{own}", "{own}-other"
"""The release's namespace, and another one, in the values below."""


class Case(NamedTuple):
    """Values; where Ingresses are, the address that they show, and what is denied."""

    controller: Manifest
    rbac: Manifest | None = None
    watched: str = OWN
    shown: str = ADDRESS
    denied: frozenset[str] = frozenset()


CASES = {
    "as it comes": Case({"service": BALANCED, "admissionWebhooks": {"enabled": False}}),
    "the whole cluster, a NodePort, admission": Case(
        {"service": NODES, "clearStatus": True}, shown=NODE
    ),
    "the whole cluster, Secrets by name": Case(
        {"service": BALANCED, "defaultCertificate": f"{OTHER}/wildcard"},
        rbac={"secretNames": ["opaque"]},
        denied=frozenset({"watch secrets"}),
    ),
    "its own namespace, and what belongs to none": Case(
        {"service": NODES, "watchNamespaces": [OWN]}, rbac={"clusterScoped": True}, shown=NODE
    ),
    "another namespace, a certificate of a third": Case(
        {
            "service": BALANCED,
            "watchNamespaces": [OTHER],
            "clearStatus": True,
            "defaultCertificate": f"{OWN}/wildcard",
        },
        watched=OTHER,
        denied=frozenset({"watch networking.k8s.io/ingressclasses"}),
    ),
    "another namespace, Secrets by name, a NodePort": Case(
        {"service": NODES, "watchNamespaces": [OTHER], "admissionWebhooks": {"enabled": False}},
        rbac={"secretNames": ["opaque"]},
        watched=OTHER,
        shown=CLUSTER_IP,
        denied=frozenset({"get nodes", "watch networking.k8s.io/ingressclasses", "watch secrets"}),
    ),
    "its own namespace, the Service of another": Case(
        {
            "service": BALANCED,
            "watchNamespaces": [OWN],
            "publishService": {"pathOverride": f"{OTHER}/front"},
            "clearStatus": True,
        },
        denied=frozenset({"watch networking.k8s.io/ingressclasses"}),
    ),
    "addresses that are given, a Lease of its own": Case(
        {"publishStatusAddresses": [ADDRESS], "electionID": "edge"}
    ),
    "no address": Case({"publishService": {"enabled": False}}, shown=""),
}


@pytest.fixture(scope="module")
def old(control_tier):
    """Yield the URL of an API server that does not stream lists."""
    with control_tier.second_api_server("--feature-gates=WatchList=false") as server:
        yield server


def filled(value, own: str):
    """Put the release's namespace into values."""
    if isinstance(value, dict):
        return {key: filled(it, own) for key, it in value.items()}
    if isinstance(value, list):
        return [filled(it, own) for it in value]
    return value.format(own=own) if isinstance(value, str) else value


@pytest.fixture
def case(request, release):
    own = release.namespace
    for namespace in (own, f"{own}-other"):
        if namespace != own:
            release.kubectl("create", "namespace", namespace)
        broken = secret("wildcard", namespace=namespace, type="Opaque", tls_crt="not one")
        opaque = {**broken, "metadata": {**broken["metadata"], "name": "opaque"}}
        front = service("front", namespace=namespace, target=8080, **BALANCED)
        release.tier.apply(broken, opaque, front)
    yield Case(*(filled(it, own) for it in CASES[request.param]))
    release.kubectl("delete", "namespace", f"{own}-other", "--wait=false")


class Life:
    """One controller of the release, and what it does to an Ingress that has a mistake."""

    def __init__(self, release: Release, case: Case, *, server: str = "") -> None:
        self._release = release
        self._case = case
        self._controller = Controller(release, server=server)

    def is_over(self) -> None:
        """Wait until it has done all that it does, and end it."""
        until(self._controller.is_ready, "ready")
        until(self._leads, "it leads")
        until(self._is_shown, "an ADDRESS")
        if "admissionWebhooks" not in self._case.controller:
            until(self._is_trusted, "the caBundle")
        assert self._controller.stop() == 0, self._controller.log.read_text()

    def _leads(self) -> bool:
        return "leading as pod-1" in self._controller.log.read_text()

    def _is_shown(self) -> bool:
        path = "-o=jsonpath={.status.loadBalancer.ingress[0].ip}"
        where = f"--namespace={self._case.watched}"
        found = self._release.kubectl("get", "ingress", "web", where, path)
        return found.startswith(self._case.shown)

    def _is_trusted(self) -> bool:
        hook = ("validatingwebhookconfiguration", f"{NAME}-{self._release.namespace}")
        path = "-o=jsonpath={.webhooks[0].clientConfig.caBundle}"
        return bool(self._release.kubectl("get", *hook, path))


@pytest.mark.parametrize("program", ["helm4"], indirect=True)
@pytest.mark.parametrize("case", CASES, indirect=True)
def test_granted_is_needed_and_nothing_else_is_asked_for(release, case, old):
    own = release.namespace
    state = {"enabled": False}
    release.put("install", rbac=case.rbac, state=state, replicaCount=1, **case.controller)
    wrong = ingress("web", namespace=case.watched, secret="opaque", class_name=own)
    release.tier.apply(wrong)
    folder, account = release.tier.inside.folder, f"{own}:{NAME}"

    def has_asked(verb: str) -> bool:
        return any(it[:2] == (verb, "events.k8s.io/events") for it in requests(folder, account))

    first = Life(release, case)
    until(lambda: has_asked("create"), "an Event")
    first.is_over()
    second = Life(release, case, server=old)
    until(lambda: has_asked("patch"), "its series goes on")
    second.is_over()

    asked = requests(folder, account)
    granted = rights_of(release.tier, namespace=own, name=NAME)
    assert granted - needed(granted, asked) == set()
    assert {f"{it.verb} {it.resource}" for it, let in asked.items() if not let} == case.denied
