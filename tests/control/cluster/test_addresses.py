import msgspec
import pytest

from ingress.control.cluster.addresses import (
    Node,
    OurPodsList,
    PublishedService,
    address,
    addresses_of,
    ordered,
)
from ingress.model.objects import LoadBalancerIngress


def ips(*found: str) -> tuple[LoadBalancerIngress, ...]:
    return tuple(LoadBalancerIngress(ip=ip) for ip in found)


def node(**addresses: str) -> Node:
    listed = [{"type": kind, "address": found} for kind, found in addresses.items()]
    return msgspec.convert({"status": {"addresses": listed}}, Node)


NODES = (
    node(Hostname="n1", InternalIP="10.0.0.1", ExternalIP="192.0.2.1"),
    node(InternalIP="10.0.0.2"),
    node(Hostname="n3"),
)
EXTERNAL = {"externalIPs": ["192.0.2.9"]}
CLUSTER = {"clusterIP": "10.96.0.7"}


@pytest.mark.parametrize(
    ("spec", "balancer", "nodes", "found"),
    [
        ({"type": "LoadBalancer"} | CLUSTER, [], (), ()),
        ({"type": "LoadBalancer"}, [{"ip": "192.0.2.5"}], (), ips("192.0.2.5")),
        (
            {"type": "LoadBalancer"} | EXTERNAL,
            [{"hostname": "lb.test", "ports": []}, {"ip": "192.0.2.9", "ipMode": "VIP"}],
            (),
            (*ips("192.0.2.9"), LoadBalancerIngress(hostname="lb.test")),
        ),
        ({"type": "NodePort"} | CLUSTER | EXTERNAL, [], NODES, ips("192.0.2.9")),
        ({"type": "NodePort"} | CLUSTER, [], NODES, ips("10.0.0.2", "192.0.2.1")),
        ({"type": "NodePort"} | CLUSTER, [], (), ips("10.96.0.7")),
        ({"type": "ClusterIP"} | CLUSTER, [], (), ips("10.96.0.7")),
        ({"type": "ClusterIP"} | CLUSTER | EXTERNAL, [], (), ips("192.0.2.9")),
        ({"clusterIP": "None"}, [], (), ()),
        (
            {"type": "ExternalName", "externalName": "gate.test"},
            [],
            (),
            (LoadBalancerIngress(hostname="gate.test"),),
        ),
    ],
)
def test_the_addresses_of_a_service(spec, balancer, nodes, found):
    service = {"spec": spec, "status": {"loadBalancer": {"ingress": balancer}}}
    ordered_found = tuple(sorted(found, key=lambda one: (one.hostname, one.ip)))
    assert addresses_of(msgspec.convert(service, PublishedService), nodes) == ordered_found


def test_only_a_node_port_without_external_addresses_asks_for_nodes():
    def asks(**spec: object) -> bool:
        return msgspec.convert({"spec": spec}, PublishedService).is_reached_by_nodes

    assert asks(type="NodePort")
    assert not asks(type="NodePort", **EXTERNAL)
    assert not asks(type="LoadBalancer")


def test_what_is_no_ip_address_is_a_host_name():
    assert address("2001:db8::1") == LoadBalancerIngress(ip="2001:db8::1")
    assert address("lb.example.com") == LoadBalancerIngress(hostname="lb.example.com")


def test_an_order_that_does_not_change():
    assert ordered(ips("2.2.2.2", "1.1.1.1", "2.2.2.2")) == ips("1.1.1.1", "2.2.2.2")
    assert ordered(None) == ()


def test_our_pods_are_those_that_are_ready():
    def pod(name: str, **conditions: bool) -> dict[str, object]:
        reference = {"kind": "Pod", "name": name}
        return {"conditions": conditions, "targetRef": reference, "nodeName": f"node-of-{name}"}

    slices = [{"endpoints": [pod("a", ready=True), pod("b", ready=False)]}, {"endpoints": None}]
    slices.append({"endpoints": [pod("c")]})
    ready = msgspec.convert({"items": slices}, OurPodsList).ready()
    assert [(one.target_ref.name, one.node_name) for one in ready] == [
        ("a", "node-of-a"),
        ("c", "node-of-c"),
    ]
