"""What the controller may do: the whole list, for each way of watching.

That each right is needed, and none is missing, is for test_rights to show.
"""

import pytest
from chart.rendering import NAMESPACE, Manifest, of_kind, render

WATCH = {
    "list watch networking.k8s.io/ingresses",
    "list watch services",
    "list watch discovery.k8s.io/endpointslices",
    "create get patch events.k8s.io/events",
}
STATUS = {"patch networking.k8s.io/ingresses/status"}
SECRETS = {"get list watch secrets"}
CLASSES = {"list watch networking.k8s.io/ingressclasses"}
LEASE = {"get patch coordination.k8s.io/leases test-aiohttp-ingress-leader"}
SERVICE = {"get services test-aiohttp-ingress-controller"}
CERTIFICATE = {"patch secrets test-aiohttp-ingress-controller-admission"}
NODES = {"get nodes"}
WEBHOOKS = "admissionregistration.k8s.io/validatingwebhookconfigurations"
WEBHOOK = {f"get patch {WEBHOOKS} test-aiohttp-ingress-ingress-system"}


def may(program, values: Manifest) -> dict[str, set[str]]:
    """Return what may be done where; ``""`` is everywhere."""
    manifests = render(program, values)
    bound = {_key(it["roleRef"], it) for it in of_kind(manifests, *BINDINGS)}
    roles = of_kind(manifests, "ClusterRole", "Role")
    assert bound == {_key({"kind": it["kind"], "name": it["metadata"]["name"]}, it) for it in roles}
    found: dict[str, set[str]] = {}
    for role in roles:
        rules = found.setdefault(role["metadata"].get("namespace", ""), set())
        said = set(map(_said, role["rules"]))
        assert rules.isdisjoint(said)
        rules |= said
    return found


BINDINGS = ("ClusterRoleBinding", "RoleBinding")


def _key(role: Manifest, manifest: Manifest) -> tuple[str, str, str]:
    return (role["kind"], role["name"], manifest["metadata"].get("namespace", ""))


def _said(rule: Manifest) -> str:
    (group,), (resource,) = rule["apiGroups"], rule["resources"]
    what = f"{group}/{resource}" if group else resource
    return " ".join([*rule["verbs"], what, *rule.get("resourceNames", [])])


def test_the_whole_cluster(program):
    assert may(program, {}) == {"": WATCH | STATUS | SECRETS | CLASSES, NAMESPACE: LEASE | SERVICE}


def test_namespaces_need_nothing_of_the_cluster(program):
    controller = {"watchNamespaces": ["shop", NAMESPACE], "service": {"type": "NodePort"}}
    watched = WATCH | STATUS | SECRETS
    own = {"shop": watched, NAMESPACE: watched | LEASE | SERVICE}
    assert may(program, {"controller": controller}) == own
    scoped = {"controller": controller, "rbac": {"clusterScoped": True}}
    assert may(program, scoped) == {"": CLASSES | NODES, **own}


@pytest.mark.parametrize(
    ("controller", "pods"),
    [
        ({}, False),
        ({"clearStatus": True}, True),
        ({"service": {"type": "NodePort"}}, True),
        ({"service": {"type": "NodePort", "externalIPs": ["192.0.2.7"]}}, False),
    ],
)
def test_its_own_pods_where_nothing_is_watched(program, controller, pods):
    found = may(program, {"controller": {"watchNamespaces": ["shop"], **controller}})
    listed = {"list discovery.k8s.io/endpointslices"} if pods else set()
    assert found[NAMESPACE] == LEASE | SERVICE | listed


def test_no_status_where_no_address_is_written(program):
    found = may(program, {"controller": {"publishService": {"enabled": False}}})
    assert found == {"": WATCH | SECRETS | CLASSES, NAMESPACE: LEASE}
    given = {"publishService": {"enabled": False}, "publishStatusAddresses": ["192.0.2.7"]}
    assert may(program, {"controller": given})[""] >= STATUS


def test_the_default_certificate_where_its_namespace_is_not_read(program):
    controller = {"defaultCertificate": "infra/wildcard"}
    read = {"get secrets wildcard"}
    assert "infra" not in may(program, {"controller": controller})
    by_name = {"controller": controller, "rbac": {"secretNames": ["a"]}}
    assert may(program, by_name)["infra"] == read
    elsewhere = {"controller": {**controller, "watchNamespaces": ["shop"]}}
    events = {"create get patch events.k8s.io/events"}
    assert may(program, elsewhere)["infra"] == read | events


def test_a_service_of_another_namespace(program):
    found = may(program, {"controller": {"publishService": {"pathOverride": "network/front"}}})
    assert found["network"] == {"get services front"}
    assert found[NAMESPACE] == LEASE


def test_secrets_by_name(program):
    found = may(program, {"rbac": {"secretNames": ["a", "b"]}})
    assert found[""] == WATCH | STATUS | CLASSES | {"get secrets a b"}


@pytest.mark.parametrize(
    ("controller", "nodes"),
    [
        ({"service": {"type": "NodePort"}}, True),
        ({"service": {"type": "NodePort"}, "publishService": {"enabled": False}}, False),
        ({"service": {"type": "NodePort"}, "publishStatusAddresses": ["192.0.2.7"]}, False),
        ({"service": {"type": "NodePort", "externalIPs": ["192.0.2.7"]}}, False),
        ({"service": {"type": "LoadBalancer"}}, False),
    ],
)
def test_nodes_for_a_published_node_port_only(program, controller, nodes):
    assert (may(program, {"controller": controller})[""] >= NODES) is nodes


def test_its_own_webhook_and_no_other(program):
    found = may(program, {"controller": {"admissionWebhooks": {"enabled": True}}})
    assert found[""] == WATCH | STATUS | SECRETS | CLASSES | WEBHOOK
    assert found[NAMESPACE] == LEASE | SERVICE | CERTIFICATE
    elsewhere = {"watchNamespaces": ["shop"], "admissionWebhooks": {"enabled": True}}
    own = may(program, {"controller": elsewhere})[NAMESPACE]
    assert own == LEASE | SERVICE | {f"get {one}" for one in CERTIFICATE}


def test_nothing_that_others_give(program):
    assert may(program, {"rbac": {"create": False}}) == {}
