"""What two Inventories share."""

from ingress.model.inventory import Inventory, ObjectKey, share
from ingress.model.objects import ObjectMeta, Service, ServicePort, ServiceSpec
from ingress.model.verdict import ObjectRef, Reason, verdict

WEB, API = ObjectKey("default", "web"), ObjectKey("default", "api")


def service(key: ObjectKey, port: int) -> Service:
    return Service(
        metadata=ObjectMeta(name=key.name, namespace=key.namespace),
        spec=ServiceSpec(ports=(ServicePort(port=port),)),
    )


def inventory(**ports: int) -> Inventory:
    services = {
        ObjectKey("default", name): service(ObjectKey("default", name), port)
        for name, port in ports.items()
    }
    return Inventory(services=services)


def test_equal_inventories_are_one() -> None:
    old = inventory(web=80)
    assert share(old, inventory(web=80)) is old
    assert share(old, old) is old


def test_what_is_equal_is_kept_and_the_rest_is_new() -> None:
    old, new = inventory(web=80, api=80), inventory(web=80, api=81)
    shared = share(old, new)
    assert shared == new
    assert shared.services[WEB] is old.services[WEB]
    assert shared.services[API] is new.services[API]
    assert shared.ingresses is old.ingresses


def test_fewer_objects_make_another_mapping() -> None:
    old = inventory(web=80, api=80)
    shared = share(old, inventory(web=80))
    assert list(shared.services) == [WEB]
    assert shared.services[WEB] is old.services[WEB]


def test_another_verdict_is_another_inventory() -> None:
    old = inventory(web=80)
    said = verdict(ObjectRef("File", "", "a.yaml"), Reason.INVALID_YAML, message="x", mend="y")
    new = Inventory(services=dict(old.services), verdicts=(said,))
    shared = share(old, new)
    assert shared.verdicts == (said,)
    assert shared.services is old.services


def test_keys_print_as_people_write_them() -> None:
    assert str(WEB) == "default/web"
    assert str(ObjectKey("", "nginx")) == "nginx"
