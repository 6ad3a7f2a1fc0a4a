"""The pods that a cluster would run."""

import re
from typing import Any

import msgspec
import pytest

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import Endpoints, EndpointSlice, Service
from ingress.model.workloads import Workload
from ingress.standins.plan import Listener, PlannedPod, plan, pod_names

LETTERS = "[bcdfghjklmnpqrstvwxz2456789]"
KEY = ObjectKey("default", "web")


def workload(kind: str, *, name: str = "web", **spec: Any) -> Workload:
    fields: dict[str, Any] = {
        "kind": kind,
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "template": {
                "metadata": {"labels": {"app": name, "tier": "front"}},
                "spec": {"containers": [{"ports": [{"containerPort": 8080, "name": "http"}]}, {}]},
            },
            **spec,
        },
    }
    return msgspec.convert(fields, Workload)


def service(**spec: Any) -> Service:
    fields = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}], **spec}
    return msgspec.convert(
        {"metadata": {"name": "web", "namespace": "default"}, "spec": fields}, Service
    )


def inventory(one: Service, *workloads: Workload, **more: Any) -> Inventory:
    found = {(w.kind, ObjectKey("default", w.metadata.name)): w for w in workloads}
    return Inventory(services={KEY: one}, workloads=found, **more)


@pytest.mark.parametrize(
    ("kind", "pattern", "count"),
    [
        ("Deployment", f"web-{LETTERS}{{10}}-{LETTERS}{{5}}", 3),
        ("ReplicaSet", f"web-{LETTERS}{{5}}", 3),
        ("DaemonSet", f"web-{LETTERS}{{5}}", 1),
        ("StatefulSet", "web-[012]", 3),
        ("Pod", "web", 1),
    ],
)
def test_names_look_like_a_clusters(kind: str, pattern: str, count: int) -> None:
    names = list(pod_names(workload(kind, replicas=3)))
    assert len(set(names)) == count
    assert all(re.fullmatch(pattern, name) for name in names)
    assert list(pod_names(workload(kind, replicas=5)))[:count] == names


def test_replicas() -> None:
    assert len(list(pod_names(workload("Deployment")))) == 1
    assert list(pod_names(workload("Deployment", replicas=0))) == []
    assert list(pod_names(workload("Deployment", replicas=-1))) == []
    assert len(list(pod_names(workload("Deployment", replicas=10**9)))) == 1000


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ({"port": 80, "targetPort": 8080}, [(None, 8080)]),
        ({"port": 80, "targetPort": "http"}, [(None, 8080)]),
        ({"port": 80}, [(None, 80)]),
        ({"port": 80, "targetPort": 9999, "name": "web"}, [("web", 9999)]),
        ({"port": 80, "targetPort": "other"}, None),
        ({"port": 53, "protocol": "UDP"}, None),
    ],
)
def test_target_ports(port: dict[str, Any], expected: list[tuple[str | None, int]] | None) -> None:
    pods = plan(inventory(service(ports=[port]), workload("Deployment")))
    assert [list(pod.ports) for pod in pods] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"selector": {"app": "web", "tier": "front"}}, True),
        ({"selector": {"app": "web", "tier": "back"}}, False),
        ({"selector": {"run": "web"}}, False),
        ({"selector": {}}, False),
        ({"selector": None}, False),
        ({"type": "ExternalName"}, False),
        ({"ports": None}, False),
    ],
)
def test_selectors(spec: dict[str, Any], *, found: bool) -> None:
    assert bool(plan(inventory(service(**spec), workload("Deployment")))) is found


def test_two_workloads_behind_one_service() -> None:
    both = service(selector={"tier": "front"})
    pods = plan(inventory(both, workload("Pod", name="b"), workload("Pod", name="a")))
    assert [pod.name for pod in pods] == ["a", "b"]


def test_explicit_endpoints_win() -> None:
    meta = {"name": "web", "namespace": "default"}
    slice_ = msgspec.convert(
        {"metadata": {**meta, "labels": {"kubernetes.io/service-name": "web"}}}, EndpointSlice
    )
    pod = workload("Pod")
    assert (
        plan(inventory(service(), pod, endpoint_slices={ObjectKey("default", "x"): slice_})) == ()
    )
    written = msgspec.convert({"metadata": meta}, Endpoints)
    assert plan(inventory(service(), pod, endpoints={KEY: written})) == ()
    unlabelled = msgspec.convert({"metadata": meta}, EndpointSlice)
    assert plan(inventory(service(), pod, endpoint_slices={KEY: unlabelled})) != ()


def test_ports_that_share_a_target_share_a_listener() -> None:
    pod = PlannedPod(KEY, "p", (("a", 8080), ("b", 8080), ("c", 9090)))
    assert list(pod.listeners()) == [Listener(KEY, "p", 8080), Listener(KEY, "p", 9090)]
