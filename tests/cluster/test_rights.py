"""The rights that docs/cluster.md names are enough: who has no others is denied nothing."""

import json
import re
from pathlib import Path

import pytest
from cluster.manifests import deployment, service
from cluster.replica import HOOK, World, hooked
from cluster.waiting import until

PAGE = Path(__file__).parents[2] / "docs" / "cluster.md"
READING = [
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list", "watch"]},
    {"apiGroups": [""], "resources": ["services"], "verbs": ["list", "watch"]},
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch", "get"]},
    {
        "apiGroups": ["discovery.k8s.io"],
        "resources": ["endpointslices"],
        "verbs": ["list", "watch"],
    },
]
READING_CLUSTER = [
    {
        "apiGroups": ["networking.k8s.io"],
        "resources": ["ingressclasses"],
        "verbs": ["list", "watch"],
    }
]


def rules(names: dict[str, str]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the page's rules, in a namespace and cluster-wide; ``names`` are objects' names."""
    table = PAGE.read_text().partition("## Rights")[2]
    spaced, wide = [], []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) < 5 or not cells[1].startswith("`"):
            continue
        resource = cells[1].split("`")[1]
        rule: dict[str, object] = {
            "apiGroups": [cells[0].strip("`")],
            "resources": [resource],
            "verbs": re.findall(r"`(\w+)`", cells[2]),
        }
        if ", by" in cells[1]:
            rule["resourceNames"] = [names[resource]]
        (wide if "cluster-wide" in cells[3] else spaced).append(rule)
    return spaced, wide


def grant(world, *, role: list, cluster_role: list) -> Path:
    """Make a ServiceAccount with these rules; return a kubeconfig for it."""
    name, group = world.ingress_class, "rbac.authorization.k8s.io"
    account = {"kind": "ServiceAccount", "name": name, "namespace": world.namespace}
    objects: list[dict[str, object]] = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    ]
    for kind, its in (("Role", role), ("ClusterRole", cluster_role)):
        version = f"{group}/v1"
        reference = {"apiGroup": group, "kind": kind, "name": name}
        objects += [
            {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "rules": its},
            {
                "apiVersion": version,
                "kind": f"{kind}Binding",
                "metadata": {"name": name},
                "roleRef": reference,
                "subjects": [account],
            },
        ]
    items = {"apiVersion": "v1", "kind": "List", "items": objects}
    world.kubectl("apply", "-f", "-", stdin=json.dumps(items))
    token = world.kubectl("create", "token", name).strip()
    kubeconfig = world.tier.inside.folder / f"kubeconfig-{name}"
    world.tier.write_kubeconfig(kubeconfig, server=world.tier.server, token=token)
    return kubeconfig


@pytest.fixture
def world(control_tier, namespace):
    found = World(control_tier, namespace)
    yield found
    for kind in ("clusterrole", "clusterrolebinding", "validatingwebhookconfiguration"):
        found.kubectl("delete", kind, found.ingress_class, "--ignore-not-found")


def test_the_rights_of_the_page_are_enough(world):
    names = {
        "leases": "aiohttp-ingress-leader",
        "services": "front",
        "secrets": HOOK,
        "validatingwebhookconfigurations": world.ingress_class,
    }
    spaced, wide = rules(names)
    assert (len(spaced), len(wide)) == (6, 2)
    kubeconfig = grant(world, role=READING + spaced, cluster_role=READING_CLUSTER + wide)
    world.tier.apply(
        world.ingress(),
        deployment("front", namespace=world.namespace),
        service("front", namespace=world.namespace, target=80, type="NodePort"),
        *hooked(world, port=8445),
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": names["leases"], "namespace": world.namespace},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": HOOK, "namespace": world.namespace},
        },
    )
    flags = (
        f"--kubeconfig={kubeconfig}",
        f"--publish-service={world.namespace}/front",
        "--clear-status",
        "--admission=:8445",
        f"--admission-service={world.namespace}/{HOOK}",
        f"--admission-webhook={world.ingress_class}",
    )

    def found(kind: str, name: str, path: str) -> str:
        return world.kubectl("get", kind, name, f"-o=jsonpath={path}", "--ignore-not-found")

    ip = "{.status.loadBalancer.ingress[0].ip}"
    with world.replica("a", *flags) as replica:
        until(lambda: found("ingress", "web", ip).startswith("10."), "a node's address")
        until(lambda: world.kubectl("get", "events.events.k8s.io", "-o=name"), "an Event")
        bundle = "{.webhooks[0].clientConfig.caBundle}"
        until(
            lambda: found("validatingwebhookconfiguration", world.ingress_class, bundle),
            "the caBundle",
        )
        until(lambda: found("secret", HOOK, "{.data}"), "the Secret")
        assert replica.stop() == 0
        said = replica.said()
    assert "orbidden" not in said
    assert "was let go of" in said
    # Its pod's name is another's, which still serves.
    assert found("ingress", "web", ip).startswith("10.")
