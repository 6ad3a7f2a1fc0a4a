"""Reading the real API server: what there is, what changes, and what is not allowed."""

import asyncio
import json

from cluster.following import following, has, key, keys
from cluster.manifests import deployment, ingress, ingress_class, secret, service
from cluster.waiting import until

TLS = "kubernetes.io/tls"
PAIR = {"tls_crt": "a certificate", "tls_key": "a key"}


async def applied(tier, *objects) -> None:
    await asyncio.to_thread(tier.apply, *objects)


async def kubectl(tier, *words: str) -> str:
    return await asyncio.to_thread(tier.kubectl, *words)


async def test_objects_come_change_and_go(control_tier, namespace):
    kubeconfig = await asyncio.to_thread(control_tier.open_door)
    async with following(kubeconfig) as seen:
        await seen.until(has(namespace, ingresses=[]))
        await applied(
            control_tier,
            ingress_class(),
            deployment("web", namespace=namespace, replicas=2),
            service("web", namespace=namespace, target=8080),
            ingress("web", namespace=namespace, host="a.test", secret="pair"),
            secret("pair", namespace=namespace, type=TLS, **PAIR),
        )
        there = has(namespace, ingresses=["web"], services=["web"], secrets=["pair"])
        first = await seen.until(
            lambda it: there(it) and endpoints(it, namespace) == 2 and it.ingress_classes
        )
        pair = first.secrets[key(namespace, "pair")]
        assert set(pair.data) == {"tls.crt", "tls.key"}
        assert "redacted" in repr(pair)
        assert first.ingresses[key(namespace, "web")].spec.rules[0].host == "a.test"
        await kubectl(control_tier, "scale", "deployment/web", "--replicas=3", "-n", namespace)
        second = await seen.until(lambda it: endpoints(it, namespace) == 3)
        assert second.services is first.services
        assert second.ingresses is first.ingresses
        await kubectl(control_tier, "delete", "ingress/web", "secret/pair", "-n", namespace)
        await seen.until(has(namespace, ingresses=[], services=["web"], secrets=[]))


async def test_only_the_status_of_an_ingress_is_a_change(control_tier, namespace):
    """A Service's status, or managed fields, make no new object; an Ingress's status is read."""
    await applied(
        control_tier,
        ingress("web", namespace=namespace, host="a.test"),
        service("web", namespace=namespace, target=1, type="LoadBalancer"),
    )
    kubeconfig = await asyncio.to_thread(control_tier.open_door)
    here = key(namespace, "web")
    status = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}})
    patch = ("patch", "-n", namespace, "--subresource=status", "--type=merge", f"--patch={status}")
    async with following(kubeconfig, namespace) as seen:
        first = await seen.until(has(namespace, ingresses=["web"], services=["web"]))
        await kubectl(control_tier, *patch, "service/web")
        await kubectl(control_tier, *patch, "ingress/web")
        await seen.until(lambda it: it.ingresses[here] is not first.ingresses[here])
        await applied(control_tier, service("later", namespace=namespace, target=1))
        last = await seen.until(has(namespace, services=["later", "web"]))
    assert last.services[here] is first.services[here]
    assert last.ingresses[here].spec == first.ingresses[here].spec


def endpoints(inventory, namespace) -> int:
    return sum(
        len(each.endpoints or ())
        for at, each in inventory.endpoint_slices.items()
        if at.namespace == namespace
    )


async def test_a_secret_of_another_type_is_read_where_an_ingress_names_it(control_tier, namespace):
    kubeconfig = await asyncio.to_thread(control_tier.open_door)
    await applied(
        control_tier,
        ingress("web", namespace=namespace, host="a.test", secret="opaque"),
        secret("opaque", namespace=namespace, type="Opaque", **PAIR),
        secret("other", namespace=namespace, type="Opaque", **PAIR),
    )
    async with following(kubeconfig, turn=0.1) as seen:
        first = await seen.until(lambda _: True)
        assert keys(first.secrets, namespace) == ["opaque"]
        changed = secret("opaque", namespace=namespace, type="Opaque", tls_crt="b", tls_key="k")
        await applied(control_tier, changed)
        was = first.secrets[key(namespace, "opaque")]
        await seen.until(lambda it: it.secrets.get(key(namespace, "opaque")) != was)
        await kubectl(control_tier, "delete", "secret/opaque", "-n", namespace)
        await seen.until(has(namespace, secrets=[]))
        await applied(control_tier, ingress("web", namespace=namespace, host="b", secret="other"))
        await seen.until(has(namespace, secrets=["other"]))


READ = {"verbs": ["list", "watch"], "apiGroups": ["", "networking.k8s.io", "discovery.k8s.io"]}
ALL = ["ingresses", "services", "endpointslices"]


class Account:
    """A service account with a Role of its own."""

    def __init__(self, tier, namespace: str) -> None:
        self._tier, self._namespace = tier, namespace
        tier.kubectl("create", "serviceaccount", "reader", "-n", namespace)
        token = tier.kubectl("create", "token", "reader", "-n", namespace)
        door = tier.open_door()
        config = json.loads(door.read_text())
        self.kubeconfig = door.with_name(f"{door.name}-reader")
        server = config["clusters"][0]["cluster"]["server"]
        tier.write_kubeconfig(self.kubeconfig, server=server, token=token.strip())

    def may(self, *rules: dict, cluster: bool = False) -> None:
        """Bind these rules to it, in its namespace or in the cluster."""
        kind = "ClusterRole" if cluster else "Role"
        group = "rbac.authorization.k8s.io"
        name = f"reader-{self._namespace}"
        place = {} if cluster else {"namespace": self._namespace}
        subject = {"kind": "ServiceAccount", "name": "reader", "namespace": self._namespace}
        meta = {"apiVersion": f"{group}/v1", "metadata": {"name": name, **place}}
        self._tier.apply(
            meta | {"kind": kind, "rules": list(rules)},
            meta
            | {
                "kind": f"{kind}Binding",
                "subjects": [subject],
                "roleRef": {"apiGroup": group, "kind": kind, "name": name},
            },
        )


async def test_roles_are_enough_to_read_a_namespace(control_tier, namespace):
    """Without the right to IngressClasses, a verdict says so, and goes when it is granted."""
    account = await asyncio.to_thread(Account, control_tier, namespace)
    await asyncio.to_thread(account.may, READ | {"resources": [*ALL, "secrets"]})
    await applied(
        control_tier,
        ingress_class(),
        ingress("web", namespace=namespace, host="a.test", secret="pair"),
        secret("pair", namespace=namespace, type=TLS, **PAIR),
    )
    async with following(account.kubeconfig, namespace) as seen:
        first = await seen.until(has(namespace, ingresses=["web"], secrets=["pair"]))
        assert not first.ingress_classes
        (verdict,) = first.verdicts
        assert (verdict.reason, str(verdict.subject)) == ("NotPermitted", "IngressClass *")
        assert "ingressclasses" in verdict.mend
        await asyncio.to_thread(account.may, READ | {"resources": ["ingressclasses"]}, cluster=True)
        last = await seen.until(lambda it: it.ingress_classes)
        assert last.verdicts == ()


async def test_a_role_that_names_the_secrets_is_enough_for_them(control_tier, namespace):
    account = await asyncio.to_thread(Account, control_tier, namespace)
    named = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["pair"]}
    await asyncio.to_thread(account.may, READ | {"resources": ALL}, named | {"verbs": ["get"]})
    await applied(
        control_tier,
        ingress("web", namespace=namespace, host="a.test", secret="pair"),
        ingress("not", namespace=namespace, host="b.test", secret="hidden"),
        secret("pair", namespace=namespace, type=TLS, **PAIR),
        secret("hidden", namespace=namespace, type=TLS, **PAIR),
    )
    expected = {
        "IngressClass *": "warning",
        f"Secret {namespace}/*": "info",
        f"Secret {namespace}/hidden": "warning",
    }
    # The API server's authorizer learns of a Role a moment after it is made.
    async with following(account.kubeconfig, namespace, turn=0.1) as seen:
        found = await seen.until(
            lambda it: has(namespace, secrets=["pair"])(it) and _told(it) == expected
        )
    assert keys(found.secrets, namespace) == ["pair"]


def _told(inventory):
    return {str(it.subject): it.severity for it in inventory.verdicts}


async def test_who_may_read_nothing_waits_for_a_role(control_tier, namespace, caplog):
    account = await asyncio.to_thread(Account, control_tier, namespace)
    async with following(account.kubeconfig, namespace) as seen:
        waiting = asyncio.create_task(seen.until(lambda _: True))
        refused = f"services in {namespace} cannot be read"
        await asyncio.to_thread(until, lambda: refused in caplog.text, "refused")
        assert not waiting.done()
        await asyncio.to_thread(account.may, READ | {"resources": [*ALL, "secrets"]})
        assert (await waiting).ingresses == {}
