"""A release's life by both Helms: real API server, real controllers, Pod Security `restricted`."""

import json

import pytest
from chart.releasing import NAME
from cluster.waiting import until

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


HELD = {"spec": {"holderIdentity": "pod-1", "leaseDurationSeconds": 15}}
TRUSTED = [{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Q0E="}]
CERTIFIED = {"data": {"tls.crt": "Q1JU"}}


def test_install_upgrade_rollback_uninstall(release):
    said = release.put("install")
    assert "aiohttp-ingress 0.1.0 serves Ingresses of the class" in said
    assert "warning" not in said.lower()
    assert release.replicas() == 2
    _write_as_the_leader_does(release)

    said = release.put("upgrade", replicaCount=3, podLabels={"changed": "yes"})
    assert "warning" not in said.lower()
    assert release.replicas() == 3
    _see_what_the_leader_wrote(release)

    release.helm("rollback", "1", "--wait", "--timeout=60s")
    assert release.replicas() == 2
    _see_what_the_leader_wrote(release)
    history = json.loads(release.helm("history", "--output=json"))
    assert [it["revision"] for it in history] == [1, 2, 3]

    release.helm("uninstall", "--wait", "--timeout=60s")
    until(lambda: not release.left(), "nothing is left", within=60.0)


def _write_as_the_leader_does(release) -> None:
    hook = ("validatingwebhookconfiguration", f"{NAME}-{release.namespace}")
    for words, patch in {
        ("lease", f"{NAME}-leader", "--type=merge"): HELD,
        ("secret", f"{NAME}-controller-admission", "--type=merge"): CERTIFIED,
        (*hook, "--type=json"): TRUSTED,
    }.items():
        release.as_controller("patch", *words, "--patch", json.dumps(patch))


def _see_what_the_leader_wrote(release) -> None:
    assert release.get("lease", f"{NAME}-leader")["spec"] == HELD["spec"]
    assert release.get("secret", f"{NAME}-controller-admission")["data"] == CERTIFIED["data"]
    (hook,) = release.get("validatingwebhookconfiguration", f"{NAME}-{release.namespace}")[
        "webhooks"
    ]
    assert hook["clientConfig"]["caBundle"] == TRUSTED[0]["value"]


def test_what_its_account_may_do_where_only_restricted_pods_run(release):
    release.put("install")
    asked = {words: release.as_controller("auth", "can-i", *words.split()) for words in MAY}
    assert asked == dict.fromkeys(MAY, "yes\n")
    for words in MAY_NOT:
        with pytest.raises(RuntimeError, match="exit 1\nno"):
            release.as_controller("auth", "can-i", *words.split())
    with pytest.raises(RuntimeError, match="violates PodSecurity"):
        release.kubectl("run", "loose", "--image=loose:1", f"--namespace={release.namespace}")
