from typing import Any

import pytest
from msgspec import structs

from ingress.compiler.ahead import Ahead
from ingress.compiler.claims import NOTHING, BackendUse, Claims, Move
from ingress.compiler.ledger import Findings
from ingress.compiler.services import Services
from ingress.compiler.step import Step
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.objects import SERVICE_NAME_LABEL, Endpoints, EndpointSlice, Service
from ingress.model.policies import Policies
from ingress.model.snapshot import BackendRef
from ingress.model.verdict import ObjectRef
from ingress.model.workloads import Workload
from ingress.settings import CompilerOptions
from tests.compiler.worlds import read

INGRESS = ObjectKey("default", "web")
A, B, UNUSED = (ObjectKey("default", name) for name in ("a", "b", "unused"))
ADDRESSES = {A: "10.0.0.1", B: "10.0.0.2"}


def service(**spec: Any) -> Service:
    return read(Service, {"metadata": {"name": "x"}, "spec": {"ports": [{"port": 80}]} | spec})


def slice_of(owner: ObjectKey, address: str) -> EndpointSlice:
    plain = {
        "metadata": {"name": "x", "labels": {SERVICE_NAME_LABEL: owner.name}},
        "ports": [{"port": 80}],
        "endpoints": [{"addresses": [address]}],
    }
    return read(EndpointSlice, plain)


WORLD = Inventory(
    services={A: service(), B: service(selector={"app": "b"}), UNUSED: service()},
    endpoint_slices={ObjectKey("default", "a-0"): slice_of(A, "10.0.0.1")},
)
USES = {
    key: {BackendRef("default", key.name, 80): BackendUse(ObjectRef("Ingress", *INGRESS))}
    for key in (A, B)
}
CLAIMS = Claims(services=USES)


def step(before: Inventory, after: Inventory) -> Step:
    return Step(before, after, CompilerOptions(), 0, EMPTY, Findings(), Ahead(Policies()))


def followed(after: Inventory) -> tuple[Services, Services, Findings]:
    """Return the Services of WORLD, those after a change, and what the change made us say."""
    before = Services().after(step(Inventory(), WORLD), [Move(INGRESS, NOTHING, CLAIMS)])
    now = step(WORLD, after)
    return before, before.after(now, []), now.findings


def addresses(found: Services) -> dict[str, list[str]]:
    return {
        key: [endpoint.address for endpoint in backend.endpoints]
        for key, backend in found.backends.items()
    }


def test_only_services_that_are_named_are_compiled() -> None:
    before, after, findings = followed(WORLD)
    assert addresses(before) == {"default/a:80": ["10.0.0.1"], "default/b:80": []}
    assert list(before.idle) == [B]
    assert (after.backends is before.backends, findings) == (True, {})


@pytest.mark.parametrize(
    ("kind", "change", "touched"),
    [
        ("services", {A: service()}, A),
        ("services", {UNUSED: service()}, None),
        ("endpoint_slices", {ObjectKey("default", "b-0"): slice_of(B, "10.0.0.2")}, B),
        ("endpoint_slices", {ObjectKey("other", "b-0"): slice_of(B, "10.0.0.2")}, None),
        ("endpoints", {B: read(Endpoints, {"metadata": {"name": "b"}})}, B),
        ("workloads", {("Pod", B): read(Workload, {"kind": "Pod", "metadata": {"name": "b"}})}, B),
    ],
)
def test_a_change_touches_its_own_service(
    kind: str, change: dict[Any, Any], touched: ObjectKey | None
) -> None:
    changed = structs.replace(WORLD, **{kind: {**getattr(WORLD, kind), **change}})
    before, after, findings = followed(changed)
    assert list(findings) == ([("service", touched)] if touched else [])
    for key in before.backends.keys() - {f"{touched}:80"}:
        assert after.backends[key] is before.backends[key]


def test_a_slice_that_changes_its_label_changes_sides() -> None:
    moved = {ObjectKey("default", "a-0"): slice_of(B, "10.0.0.1")}
    _, after, _ = followed(structs.replace(WORLD, endpoint_slices=moved))
    assert addresses(after) == {"default/a:80": [], "default/b:80": ["10.0.0.1"]}
    assert list(after.idle) == [A]


def test_what_nobody_names_any_more_goes_with_its_verdicts() -> None:
    before, _, _ = followed(WORLD)
    now = step(WORLD, WORLD)
    after = before.after(now, [Move(INGRESS, CLAIMS, Claims(services={A: USES[A]}))])
    assert list(after.backends) == ["default/a:80"]
    assert (dict(after.idle), now.findings) == ({}, {("service", B): ()})
