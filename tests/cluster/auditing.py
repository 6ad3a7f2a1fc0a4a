"""What the API server noted of those who have an account in the cluster, and what that needed.

Its audit log names every request of a ServiceAccount, its own controllers' aside, with what became
of it; set beside the rules that an account has, it tells which of these it cannot do without.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

POLICY: Mapping[str, Any] = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    # Once is enough; a watch is noted as it begins.
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
    ],
}


def audit_flags(folder: Path, *, port: int) -> list[str]:
    """Write the policy; return the flags of an API server that follows it."""
    policy = folder / "audit-policy.json"
    policy.write_text(json.dumps(POLICY))
    return [f"--audit-policy-file={policy}", f"--audit-log-path={folder / f'audit-{port}.jsonl'}"]


class Asked(NamedTuple):
    """One kind of request; empty where it was for no namespace, or for no single object."""

    verb: str
    resource: str
    namespace: str
    name: str


class Right(NamedTuple):
    """One verb on one resource; empty where it is for all namespaces, or all objects."""

    verb: str
    resource: str
    namespace: str
    name: str

    def allows(self, asked: Asked) -> bool:
        """Tell whether a request may be made by this right alone."""
        return (
            (self.verb, self.resource) == (asked.verb, asked.resource)
            and self.namespace in {"", asked.namespace}
            and self.name in {"", asked.name}
        )


def requests(folder: Path, account: str) -> dict[Asked, bool]:
    """Return what an account, ``namespace:name``, asked of any API server, and if it was let."""
    user = f"system:serviceaccount:{account}"
    logs = (log.read_text() for log in folder.glob("audit-*.jsonl"))
    # The last line may be half written.
    events = (json.loads(line) for log in logs for line in log.split("\n")[:-1])
    return {
        _asked(event): event["annotations"]["authorization.k8s.io/decision"] == "allow"
        for event in events
        if event["user"]["username"] == user
    }


def _asked(event: Mapping[str, Any]) -> Asked:
    what = event["objectRef"]
    words = (what.get("apiGroup"), what["resource"], what.get("subresource"))
    resource = "/".join(filter(None, words))
    return Asked(event["verb"], resource, what.get("namespace", ""), what.get("name", ""))


def needed(rights: Iterable[Right], asked: Iterable[Asked]) -> set[Right]:
    """Return the rights without which some request would have been denied."""
    many = set(rights)
    allowing = ([right for right in many if right.allows(one)] for one in asked)
    return {several[0] for several in allowing if len(several) == 1}


def rights_of(tier: Any, *, namespace: str, name: str) -> set[Right]:
    """Return all that bindings give to a ServiceAccount."""
    account = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    kinds = "clusterroles,clusterrolebindings,roles,rolebindings"
    found = tier.get(kinds, "--all-namespaces")["items"]
    roles = {(it["kind"], *_place(it)): it.get("rules") or [] for it in found}
    bound = [it for it in found if account in (it.get("subjects") or [])]
    return {
        right
        for it in bound
        for rule in roles[it["roleRef"]["kind"], _place(it)[0], it["roleRef"]["name"]]
        for right in _rights(rule, _place(it)[0])
    }


def _place(obj: Mapping[str, Any]) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def _rights(rule: Mapping[str, Any], namespace: str) -> Iterable[Right]:
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            for name in rule.get("resourceNames", [""]):
                for verb in rule["verbs"]:
                    what = f"{group}/{resource}" if group else resource
                    yield Right(verb, what, namespace, name)
