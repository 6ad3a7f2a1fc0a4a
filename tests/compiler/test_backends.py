from typing import Any

import pytest
from msgspec import structs

from ingress.compiler.backends import ServiceBackends, Sources, compile_service
from ingress.compiler.claims import BackendUse
from ingress.compiler.selectors import Pods
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.objects import EndpointSlice, PortRef, Service
from ingress.model.snapshot import Affinity, BackendRef
from ingress.model.verdict import ObjectRef, Reason, Severity
from ingress.model.workloads import Workload
from tests.compiler.worlds import read

KEY = ObjectKey("default", "web")
A, B = ObjectKey("default", "a"), ObjectKey("default", "b")
PORT = {"port": 80, "name": "http", "targetPort": 8080}
SLICE = read(
    EndpointSlice,
    {
        "metadata": {"name": "web-0"},
        "ports": [{"name": "http", "port": 8080}],
        "endpoints": [{"addresses": ["10.0.0.1"]}],
    },
)


def compiled(
    spec: dict[str, Any] | None, *ports: PortRef, users: tuple[ObjectKey, ...] = (A,), **more: Any
) -> ServiceBackends:
    """Compile a Service whose ports are named by one Ingress after the other."""
    service = None if spec is None else read(Service, {"metadata": {"name": "web"}, "spec": spec})
    refs = [BackendRef("default", "web", port) for port in ports]
    uses = {
        user: {ref: BackendUse(ObjectRef("Ingress", *user), ("name",), ("port",)) for ref in refs}
        for user in users
    }
    bare = Sources(service=service, slices=EMPTY, endpoints=EMPTY, pods=Pods(EMPTY))
    return compile_service(KEY, uses, structs.replace(bare, **more))


def test_however_a_port_is_named_it_is_one_key_for_round_robin_and_affinity() -> None:
    spec = {"ports": [PORT], "sessionAffinity": "ClientIP"}
    found = compiled(spec, 80, "http", 8080, slices={KEY: SLICE})
    assert list(found.backends) == ["default/web:80", "default/web:http", "default/web:8080"]
    assert {backend.key for backend in found.backends.values()} == {"default/web:80"}
    assert {backend.affinity for backend in found.backends.values()} == {Affinity.CLIENT_IP}
    (said,) = found.verdicts
    assert (said.reason, said.mend) == (Reason.SERVICE_PORT_IS_TARGET_PORT, "write 80")
    assert not found.idle


@pytest.mark.parametrize(
    ("spec", "reason", "field", "mend"),
    [
        (
            None,
            Reason.SERVICE_MISSING,
            ("name",),
            "create the Service, or name one of namespace default",
        ),
        (
            {"ports": [PORT]},
            Reason.SERVICE_PORT_MISSING,
            ("port",),
            "name one of its ports: 80 (http)",
        ),
        ({}, Reason.SERVICE_PORT_MISSING, ("port",), "name one of its ports: none"),
    ],
)
def test_what_is_missing_is_said_to_each_who_asks(
    spec: dict[str, Any] | None, reason: Reason, field: tuple[str, ...], mend: str
) -> None:
    found = compiled(spec, 81, users=(B, A))
    assert [str(said.subject) for said in found.verdicts] == [
        "Ingress default/a",
        "Ingress default/b",
    ]
    for said in found.verdicts:
        assert (said.reason, said.field, said.mend) == (reason, field, mend)
    assert found.backends["default/web:81"].problem == reason


def test_what_is_wrong_with_a_service_is_said_once() -> None:
    found = compiled({"ports": [PORT]}, 80, "http", users=(A, B))
    (said,) = found.verdicts
    assert str(said.subject) == "Service default/web"
    assert found.idle


def workload(name: str, **labels: str) -> dict[tuple[str, ObjectKey], Workload]:
    template = {"metadata": {"labels": labels}}
    plain = {"kind": "Deployment", "metadata": {"name": name}, "spec": {"template": template}}
    return {("Deployment", ObjectKey("default", name)): read(Workload, plain)}


@pytest.mark.parametrize(
    ("pods", "severity", "reason", "mend"),
    [
        ({}, Severity.WARNING, Reason.NO_READY_ENDPOINTS, "look at its pods and their labels"),
        (
            workload("web", app="web"),
            Severity.INFO,
            Reason.NO_READY_ENDPOINTS,
            "run with --stand-ins, or with --backend default/web:80=127.0.0.1:PORT",
        ),
        (
            workload("front", run="web"),
            Severity.ERROR,
            Reason.SELECTOR_MATCHES_NOTHING,
            "write selector run=web, or label the pods app=web",
        ),
        (
            workload("other", app="other"),
            Severity.ERROR,
            Reason.SELECTOR_MATCHES_NOTHING,
            "write the labels of the pods that it stands for",
        ),
    ],
)
def test_why_a_selector_finds_no_endpoint(
    pods: dict[Any, Workload], severity: Severity, reason: Reason, mend: str
) -> None:
    spec = {"ports": [PORT], "selector": {"app": "web"}}
    found = compiled(spec, 80, pods=Pods(pods))
    (said,) = found.verdicts
    assert (said.severity, said.reason, said.mend) == (severity, reason, mend)
    assert found.backends["default/web:80"].problem == reason


def test_an_external_name_is_its_own_endpoint() -> None:
    spec = {"type": "ExternalName", "externalName": "API.example.com."}
    found = compiled(spec, 8443, slices={KEY: SLICE})
    backend = found.backends["default/web:8443"]
    assert [str(endpoint) for endpoint in backend.endpoints] == ["api.example.com:8443"]
    assert found.verdicts == ()
