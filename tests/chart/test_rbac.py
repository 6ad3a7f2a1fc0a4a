"""What the controller may do: the whole list, for each way of watching."""

import pytest
from chart.rendering import NAMESPACE, Manifest, of_kind, render

WATCH = {
    "list watch networking.k8s.io/ingresses",
    "list watch services",
    "list watch discovery.k8s.io/endpointslices",
    "patch networking.k8s.io/ingresses/status",
    "create patch events.k8s.io/events",
}
SECRETS = {"get list watch secrets"}
CLASSES = {"list watch networking.k8s.io/ingressclasses"}
LEASE = {"get patch coordination.k8s.io/leases test-aiohttp-ingress-leader"}
NODES = {"get nodes"}
WEBHOOKS = "admissionregistration.k8s.io/validatingwebhookconfigurations"
WEBHOOK = {f"get patch {WEBHOOKS} test-aiohttp-ingress-ingress-system"}


def may(program, values: Manifest) -> dict[str, set[str]]:
    """Return what may be done where; ``""`` is everywhere."""
    manifests = render(program, values)
    bound = {_key(it["roleRef"], it) for it in of_kind(manifests, *BINDINGS)}
    roles = of_kind(manifests, "ClusterRole", "Role")
    assert bound == {_key({"kind": it["kind"], "name": it["metadata"]["name"]}, it) for it in roles}
    return {it["metadata"].get("namespace", ""): set(map(_said, it["rules"])) for it in roles}


BINDINGS = ("ClusterRoleBinding", "RoleBinding")


def _key(role: Manifest, manifest: Manifest) -> tuple[str, str, str]:
    return (role["kind"], role["name"], manifest["metadata"].get("namespace", ""))


def _said(rule: Manifest) -> str:
    (group,), (resource,) = rule["apiGroups"], rule["resources"]
    what = f"{group}/{resource}" if group else resource
    return " ".join([*rule["verbs"], what, *rule.get("resourceNames", [])])


def test_the_whole_cluster(program):
    assert may(program, {}) == {"": WATCH | SECRETS | CLASSES, NAMESPACE: LEASE}


def test_namespaces_need_nothing_of_the_cluster(program):
    values = {"controller": {"watchNamespaces": ["shop", "blog"]}}
    watched = WATCH | SECRETS
    assert may(program, values) == {"shop": watched, "blog": watched, NAMESPACE: LEASE}


def test_secrets_by_name(program):
    found = may(program, {"rbac": {"secretNames": ["a", "b"]}})
    assert found[""] == WATCH | CLASSES | {"get secrets a b"}


@pytest.mark.parametrize(
    ("controller", "nodes"),
    [
        ({"service": {"type": "NodePort"}}, True),
        ({"service": {"type": "NodePort"}, "publishService": {"enabled": False}}, False),
        ({"service": {"type": "NodePort"}, "publishStatusAddresses": ["192.0.2.7"]}, False),
        ({"service": {"type": "LoadBalancer"}}, False),
        ({"service": {"type": "NodePort"}, "watchNamespaces": ["shop"]}, True),
    ],
)
def test_nodes_for_a_published_node_port_only(program, controller, nodes):
    assert (may(program, {"controller": controller}).get("", set()) >= NODES) is nodes


def test_its_own_webhook_and_no_other(program):
    found = may(program, {"controller": {"admissionWebhooks": {"enabled": True}}})
    assert found[""] == WATCH | SECRETS | CLASSES | WEBHOOK


def test_nothing_that_others_give(program):
    assert may(program, {"rbac": {"create": False}}) == {}
