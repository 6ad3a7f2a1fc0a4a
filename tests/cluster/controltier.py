"""The control tier: the real control plane, with KWOK in place of nodes.

Deployments, Services, EndpointSlices: all of it is made by the real controllers. Pods are Running
within a second, and each has an address of 10.244.0.0/16 that nobody listens at. All of these
addresses are this machine's own inside the network, so that a stand-in (``pods``) can play them
all. Services' addresses lead nowhere, but for the API server's.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster.controlplane import PODS, ControlPlane
from cluster.namespaces import Namespaces, namespaces
from cluster.waiting import until

from scripts.kubernetes import find

API_SERVER = "10.96.0.1"
NODE = "node-1"
# Those that bring pods and endpoints about, and clean up after them.
CONTROLLERS = (
    "daemonset",
    "deployment",
    "disruption",
    "endpoint",
    "endpointslice",
    "endpointslicemirroring",
    "garbagecollector",
    "namespace",
    "replicaset",
    "root-ca-certificate-publisher-controller",
    "serviceaccount",
    "serviceaccount-token",
    "statefulset",
)


class ControlTier(ControlPlane):
    """A control tier that is there."""

    def __init__(self, inside: Namespaces, programs: Path) -> None:
        super().__init__(inside, programs, address=API_SERVER, controllers=CONTROLLERS)
        self.wait()
        self.kwok = self.daemon(
            "kwok",
            f"--kubeconfig={self.kubeconfig}",
            f"--config={Path(__file__).with_name('kwok.yaml')}",
        )
        self.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}})
        # Every new node has it, until the controller that watches nodes' health takes it away; this
        # node is never ill.
        self.kubectl("taint", "node", NODE, "node.kubernetes.io/not-ready:NoSchedule-")
        until(self._node_is_ready, "node Ready")

    def _node_is_ready(self) -> bool:
        self.kwok.check()
        return self.node_is_ready(NODE)


@contextmanager
def control_tier() -> Iterator[ControlTier]:
    """Bring a control tier up, and take it down without a trace."""
    programs = find("control")
    if programs is None:
        raise FileNotFoundError(f"first run: {sys.executable} -m scripts.kubernetes control")
    with namespaces() as inside:
        inside.run("ip", "route", "add", "local", PODS, "dev", "lo")
        inside.run("ip", "address", "add", f"{API_SERVER}/32", "dev", "lo")
        yield ControlTier(inside, programs)
