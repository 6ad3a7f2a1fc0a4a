"""Under which addresses we are reached: what ``kubectl get ingress`` shows as ADDRESS.

As ingress-nginx does with ``--publish-service``, but for a Service of type NodePort: there a
ClusterIP leads nobody to it, so the nodes that run our pods are named (which ingress-nginx does
without the flag).
"""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Final, TypeAlias

from msgspec import field

from ingress.model.objects import (
    EndpointConditions,
    LoadBalancerIngress,
    LoadBalancerStatus,
    ObjectReference,
    View,
)

Addresses: TypeAlias = tuple[LoadBalancerIngress, ...]

_NODE_ADDRESSES: Final = ("ExternalIP", "InternalIP")
_HEADLESS: Final = "None"


class PublishedSpec(View, frozen=True):
    """What the ``spec`` of the Service before us says of its addresses."""

    type: str = "ClusterIP"
    cluster_ip: str = field(default="", name="clusterIP")
    external_ips: tuple[str, ...] | None = field(default=None, name="externalIPs")
    external_name: str = ""


class PublishedStatus(View, frozen=True):
    """Its ``status``: what a load balancer was given."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class PublishedService(View, frozen=True):
    """The Service that brings clients to us (``--publish-service``)."""

    spec: PublishedSpec = PublishedSpec()
    status: PublishedStatus = PublishedStatus()

    @property
    def is_reached_by_nodes(self) -> bool:
        """Whether its addresses are those of nodes."""
        return self.spec.type == "NodePort" and not self.spec.external_ips


class NodeAddress(View, frozen=True):
    """One address of a node, by its type."""

    type: str
    address: str


class NodeStatus(View, frozen=True):
    """``status`` of a Node."""

    addresses: tuple[NodeAddress, ...] | None = None


class Node(View, frozen=True):
    """``v1`` Node."""

    status: NodeStatus = NodeStatus()


class OurPod(View, frozen=True):
    """One of our pods, as an EndpointSlice of the Service before us names it."""

    conditions: EndpointConditions = EndpointConditions()
    target_ref: ObjectReference = ObjectReference()
    node_name: str = ""


class OurPods(View, frozen=True):
    """An EndpointSlice of the Service before us."""

    endpoints: tuple[OurPod, ...] | None = None


class OurPodsList(View, frozen=True):
    """The EndpointSlices of the Service before us."""

    items: tuple[OurPods, ...]

    def ready(self) -> Sequence[OurPod]:
        """Return the pods that take requests."""
        pods = (pod for one in self.items for pod in one.endpoints or ())
        return [pod for pod in pods if pod.conditions.ready is not False]


def addresses_of(service: PublishedService, nodes: Iterable[Node] = ()) -> Addresses:
    """Return the addresses of a Service; ``nodes`` are those that run its pods."""
    spec = service.spec
    external = tuple(map(address, spec.external_ips or ()))
    cluster = (address(spec.cluster_ip),) if spec.cluster_ip not in {"", _HEADLESS} else ()
    match spec.type:
        case "LoadBalancer":
            found = (*(service.status.load_balancer.ingress or ()), *external)
        case "NodePort":
            found = external or tuple(map(address, _node_addresses(nodes))) or cluster
        case "ExternalName":
            found = (address(spec.external_name),)
        case _:
            found = external or cluster
    return ordered(found)


def address(text: str) -> LoadBalancerIngress:
    """Put an IP address or a host name into the API's form."""
    try:
        ip_address(text)
    except ValueError:
        return LoadBalancerIngress(hostname=text)
    return LoadBalancerIngress(ip=text)


def ordered(addresses: Iterable[LoadBalancerIngress] | None) -> Addresses:
    """Return each address once, in an order that does not change."""
    return tuple(sorted(set(addresses or ()), key=lambda one: (one.hostname, one.ip)))


def _node_addresses(nodes: Iterable[Node]) -> Iterable[str]:
    """Yield one address (both, if it has two families) per node: an external one where it can."""
    for node in nodes:
        by_type: dict[str, list[str]] = {}
        for one in node.status.addresses or ():
            by_type.setdefault(one.type, []).append(one.address)
        yield from next((by_type[kind] for kind in _NODE_ADDRESSES if kind in by_type), ())
