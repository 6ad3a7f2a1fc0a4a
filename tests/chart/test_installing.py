"""A release's life by both Helms: real API server, real controllers, Pod Security `restricted`."""

import json
from pathlib import Path

import pytest
from chart.rendering import CHART, Manifest
from cluster.controltier import ControlTier
from cluster.waiting import until

RELEASE = "edge"
NAME = "edge-aiohttp-ingress"
# Kubernetes' own in every namespace, and what it writes about others.
NOT_OURS = {"configmap/kube-root-ca.crt", "serviceaccount/default"}
KINDS = (
    *("configmaps", "deployments", "endpointslices", "horizontalpodautoscalers", "leases"),
    *("networkpolicies", "pods", "poddisruptionbudgets", "replicasets", "rolebindings", "roles"),
    *("secrets", "serviceaccounts", "services"),
)
MAY = (
    "list ingresses --all-namespaces",
    "watch secrets --all-namespaces",
    "patch ingresses --subresource=status --all-namespaces",
    f"patch leases.coordination.k8s.io/{NAME}-leader",
)
MAY_NOT = (
    "update ingresses --all-namespaces",
    "patch ingresses --all-namespaces",
    "delete pods",
    "create secrets",
    "create leases.coordination.k8s.io",
    "patch leases.coordination.k8s.io/another",
    "patch validatingwebhookconfigurations/another",
)
CLUSTERWIDE = "clusterroles,clusterrolebindings,ingressclasses,validatingwebhookconfigurations"


class Release:
    """One release in a namespace of its own, that only lets restricted pods in."""

    def __init__(self, tier: ControlTier, program: Path, namespace: str) -> None:
        self.tier = tier
        self.namespace = namespace
        self._program = program
        enforced = "pod-security.kubernetes.io/enforce=restricted"
        self.kubectl("label", "namespace", namespace, enforced)
        # As a kubelet labels its own.
        self.kubectl("label", "node", "--all", "--overwrite", "kubernetes.io/os=linux")

    def helm(self, verb: str, *words: str) -> str:
        """Run Helm and return what it said, warnings of the API server included."""
        done = self.tier.inside.run(
            *(self._program, verb, RELEASE, *words, f"--namespace={self.namespace}"),
            env=self.tier.environment,
            timeout=100.0,
        )
        return done.stdout + done.stderr

    def put(self, verb: str, **controller: object) -> str:
        """Install or upgrade with values below ``controller``, and wait until all is ready."""
        selector = {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}}
        own: Manifest = {
            "ingressClassResource": {"name": self.namespace},
            "service": {"type": "NodePort"},
            "admissionWebhooks": {"enabled": True, "namespaceSelector": selector},
            **controller,
        }
        values = f"controller={json.dumps(own)}"
        return self.helm(verb, str(CHART), "--wait", "--timeout=60s", "--set-json", values)

    def kubectl(self, *words: str) -> str:
        return self.tier.kubectl(*words)

    def get(self, *words: str) -> Manifest:
        return self.tier.get(*words, f"--namespace={self.namespace}")

    def as_controller(self, *words: str) -> str:
        """Run kubectl with the rights of the controller's account."""
        account = f"system:serviceaccount:{self.namespace}:{NAME}"
        return self.kubectl(*words, f"--as={account}", f"--namespace={self.namespace}")

    def replicas(self) -> int:
        """Return how many pods of the newest template are ready."""
        status = self.get("deployment", f"{NAME}-controller")["status"]
        return min(status.get("readyReplicas", 0), status.get("updatedReplicas", 0))

    def left(self) -> set[str]:
        """Return what is there in the namespace and, of this release, outside of it."""
        found = self.get(",".join(KINDS))["items"]
        label = f"--selector=app.kubernetes.io/instance={RELEASE}"
        found += [
            it
            for it in self.get(CLUSTERWIDE, label)["items"]
            if self.namespace in it["metadata"]["name"]
        ]
        return {f"{it['kind'].lower()}/{it['metadata']['name']}" for it in found} - NOT_OURS


@pytest.fixture
def release(control_tier, program, namespace):
    made = Release(control_tier, program, namespace)
    yield made
    if "secret/sh.helm.release" in " ".join(made.left()):
        made.helm("uninstall")


def test_install_upgrade_rollback_uninstall(release):
    said = release.put("install")
    assert "aiohttp-ingress 0.1.0 serves Ingresses of the class" in said
    assert "warning" not in said.lower()
    assert release.replicas() == 2

    said = release.put("upgrade", replicaCount=3, podLabels={"changed": "yes"})
    assert "warning" not in said.lower()
    assert release.replicas() == 3

    release.helm("rollback", "1", "--wait", "--timeout=60s")
    assert release.replicas() == 2
    history = json.loads(release.helm("history", "--output=json"))
    assert [it["revision"] for it in history] == [1, 2, 3]

    release.helm("uninstall", "--wait", "--timeout=60s")
    until(lambda: not release.left(), "nothing is left", within=60.0)


def test_pod_security_is_enforced_where_it_installs(release):
    with pytest.raises(RuntimeError, match="violates PodSecurity"):
        release.kubectl("run", "loose", "--image=loose:1", f"--namespace={release.namespace}")


def test_what_the_leader_wrote_outlives_an_upgrade_and_a_rollback(release):
    release.put("install")
    lease, webhook = f"{NAME}-leader", f"{NAME}-{release.namespace}"
    held = {"spec": {"holderIdentity": "pod-1", "leaseDurationSeconds": 15}}
    trusted = [{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Q0E="}]
    release.as_controller("patch", "lease", lease, "--type=merge", "--patch", json.dumps(held))
    release.as_controller(
        *("patch", "validatingwebhookconfiguration", webhook),
        *("--type=json", "--patch", json.dumps(trusted)),
    )
    for change in (
        lambda: release.put("upgrade", podLabels={"changed": "yes"}),
        lambda: release.helm("rollback", "1", "--wait", "--timeout=60s"),
    ):
        change()
        assert release.get("lease", lease)["spec"]["holderIdentity"] == "pod-1"
        (hook,) = release.get("validatingwebhookconfiguration", webhook)["webhooks"]
        assert hook["clientConfig"]["caBundle"] == "Q0E="


def test_what_its_account_may_do(release):
    release.put("install")
    asked = {words: release.as_controller("auth", "can-i", *words.split()) for words in MAY}
    assert asked == dict.fromkeys(MAY, "yes\n")
    for words in MAY_NOT:
        with pytest.raises(RuntimeError, match="exit 1\nno"):
            release.as_controller("auth", "can-i", *words.split())
