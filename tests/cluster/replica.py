"""A replica of the controller: the real `ingress run`, inside the network of a tier."""

import secrets
import signal
from contextlib import contextmanager

from cluster.controller import INGRESS
from cluster.controlplane import ControlPlane
from cluster.daemon import Daemon
from cluster.manifests import ingress, ingress_class, service

ADDRESS = "192.0.2.1"
POD = "10.244.77.1"
HOOK = "hook"
"""The admission Service, and the pod behind it that replicas play."""

LISTENERS = ("--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--admin", "127.0.0.1:0")


class Replica(Daemon):
    """One that serves a class of its own, and writes as its flags say."""

    def __init__(self, plane: ControlPlane, name: str, *flags: str) -> None:
        super().__init__(
            plane.inside,
            f"replica-{name}",
            *(INGRESS, "run", *LISTENERS, "--access-log=off", f"--pod-name={name}", *flags),
            env=plane.environment,
        )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._running().poll() is None

    def said(self) -> str:
        """Return its log."""
        return self.log.read_text()


class World:
    """A namespace of the control tier, and an IngressClass of the test's own."""

    def __init__(self, tier, namespace) -> None:
        self.tier = tier
        self.namespace = namespace
        self.ingress_class = f"ours-{secrets.token_hex(4)}"
        tier.apply(ingress_class(self.ingress_class))

    def kubectl(self, *words, stdin=None) -> str:
        return self.tier.kubectl(f"--namespace={self.namespace}", *words, stdin=stdin)

    def ingress(self, name="web", **more):
        return ingress(name, namespace=self.namespace, class_name=self.ingress_class, **more)

    def shows(self, name="web") -> bool:
        path = "-o=jsonpath={.status.loadBalancer.ingress[*].ip}"
        return self.kubectl("get", "ingress", name, path) == ADDRESS

    def holder(self) -> str:
        path = "-o=jsonpath={.spec.holderIdentity}"
        found = self.kubectl("get", "lease", "aiohttp-ingress-leader", "--ignore-not-found", path)
        return found.rpartition("_")[0]

    @contextmanager
    def replica(self, name, *flags):
        one = Replica(
            self.tier,
            f"{self.namespace}-{name}",
            f"--ingress-class={self.ingress_class}",
            f"--watch-namespace={self.namespace}",
            f"--pod-namespace={self.namespace}",
            *(flags or (f"--publish-status-address={ADDRESS}",)),
        )
        try:
            yield one
        finally:
            if one.is_running:
                one.stop(signal.SIGKILL)
            assert "Traceback" not in one.said()

    def leads(self, name):
        return self.holder() == f"{self.namespace}-{name}"


def hooked(world, *, port: int):
    rule = {
        "apiGroups": ["networking.k8s.io"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["ingresses"],
    }
    call = {"namespace": world.namespace, "name": HOOK, "path": "/validate", "port": 443}
    webhook = {
        "name": "validate.aiohttp-ingress.dev",
        "clientConfig": {"service": call},
        "rules": [rule],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": world.namespace}},
        "sideEffects": "None",
        "failurePolicy": "Ignore",
        "timeoutSeconds": 10,
        "admissionReviewVersions": ["v1"],
    }
    slice_of = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "hook-1",
            "namespace": world.namespace,
            "labels": {"kubernetes.io/service-name": HOOK},
        },
        "addressType": "IPv4",
        "ports": [{"port": port}],
        "endpoints": [{"addresses": [POD], "conditions": {"ready": True}}],
    }
    configuration = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": world.ingress_class},
        "webhooks": [webhook],
    }
    before_it = service(HOOK, namespace=world.namespace, port=443, target=port)
    del before_it["spec"]["selector"]
    return [before_it, slice_of, configuration]
