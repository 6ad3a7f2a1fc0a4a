from ingress.cli.changes import changed, counted
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import ObjectMeta, Service
from ingress.model.workloads import Workload


def service(name: str) -> tuple[ObjectKey, Service]:
    return ObjectKey("default", name), Service(metadata=ObjectMeta(name=name))


def test_one_line_tells_what_came_went_and_changed():
    stays, goes, comes = service("stays"), service("goes"), service("comes")
    pod = Workload(metadata=ObjectMeta(name="p"), kind="Pod")
    before = Inventory(services=dict([stays, goes, service("other")]))
    after = Inventory(
        services=dict([stays, comes, service("other")]),
        workloads={("Pod", ObjectKey("default", "p")): pod},
    )
    assert changed(before, before) == ""
    assert changed(before, after) == (
        "added Service default/comes, changed Service default/other,"
        " removed Service default/goes, added Pod default/p"
    )


def test_a_long_list_is_cut():
    after = Inventory(services=dict(service(f"s{n}") for n in range(9)))
    assert changed(Inventory(), after).endswith("added Service default/s4 and 4 more")


def test_objects_are_counted_by_kind():
    one = Inventory(services=dict([service("a")]))
    assert counted(one) == (
        "0 Ingresses, 0 IngressClasses, 1 Service, 0 EndpointSlices, 0 Endpoints, 0 Secrets"
    )
