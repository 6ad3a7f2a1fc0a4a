"""A release of the chart in the control tier, as a person has one."""

import json
from pathlib import Path

from chart.rendering import CHART, Manifest
from cluster.controlplane import ControlPlane

RELEASE = "edge"
NAME = "edge-aiohttp-ingress"
# Kubernetes' own in every namespace, and what it writes about others.
NOT_OURS = {"configmap/kube-root-ca.crt", "serviceaccount/default"}
KINDS = (
    *("configmaps", "deployments", "endpointslices", "horizontalpodautoscalers", "leases"),
    *("networkpolicies", "pods", "poddisruptionbudgets", "replicasets", "rolebindings", "roles"),
    *("secrets", "serviceaccounts", "services"),
)
CLUSTERWIDE = "clusterroles,clusterrolebindings,ingressclasses,validatingwebhookconfigurations"


class Release:
    """One release in a namespace of its own, that only lets restricted pods in."""

    def __init__(self, tier: ControlPlane, program: Path, namespace: str) -> None:
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

    def put(self, verb: str, *, rbac: Manifest | None = None, **controller: object) -> str:
        """Install or upgrade with values below ``controller``, and wait until all is ready."""
        selector = {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}}
        own: Manifest = {
            "ingressClassResource": {"name": self.namespace},
            "service": {"type": "NodePort"},
            "admissionWebhooks": {"enabled": True, "namespaceSelector": selector},
            **controller,
        }
        values = {"controller": own, "rbac": rbac or {}}
        words = [f"--set-json={key}={json.dumps(value)}" for key, value in values.items()]
        return self.helm(verb, str(CHART), "--wait", "--timeout=60s", *words)

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
