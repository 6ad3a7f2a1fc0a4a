"""Services that are sent to a program of one's own."""

from typing import Any

import msgspec

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import Endpoints, EndpointSlice, Ingress, Service
from ingress.model.verdict import Reason
from ingress.sources.overlay import with_backends

WEB = ObjectKey("default", "web")
META = {"name": "web", "namespace": "default"}
ONE = {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}
TWO = {
    "spec": {
        "ports": [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "admin", "port": 81}]
    }
}


def service(fields: dict[str, Any]) -> Inventory:
    return Inventory(services={WEB: msgspec.convert({"metadata": META, **fields}, Service)})


def with_slice(base: Inventory, *names: str | None) -> Inventory:
    written = {
        "metadata": {
            "name": "web-x",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": "web"},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"]}],
        "ports": [{"name": name, "port": 8080} for name in names],
    }
    slices = {ObjectKey("default", "web-x"): msgspec.convert(written, EndpointSlice)}
    return msgspec.structs.replace(base, endpoint_slices=slices)


def with_endpoints(base: Inventory) -> Inventory:
    written = {
        "metadata": META,
        "subsets": [
            {
                "addresses": [{"ip": "10.0.0.1"}],
                "notReadyAddresses": [{"ip": "10.0.0.2"}],
                "ports": [{"name": "http", "port": 1}, {"name": "admin", "port": 2}],
            },
            {"ports": []},
        ],
    }
    return msgspec.structs.replace(base, endpoints={WEB: msgspec.convert(written, Endpoints)})


def targets(inventory: Inventory) -> set[tuple[str | None, str, int | None]]:
    """Return port name, address and number of all endpoints of all slices."""
    return {
        (port.name, address, port.port)
        for found in inventory.endpoint_slices.values()
        for port in found.ports or ()
        for endpoint in found.endpoints or ()
        for address in endpoint.addresses or ()
    }


def test_without_overrides_nothing_changes() -> None:
    base = service(ONE)
    assert with_backends(base, []) is base


def test_every_port_of_a_service() -> None:
    base = with_slice(service(TWO), "http", "admin")
    made = with_backends(base, [(WEB, None, "127.0.0.1", 3000)])
    assert targets(made) == {("http", "127.0.0.1", 3000), ("admin", "127.0.0.1", 3000)}
    assert made.services == base.services


def test_one_port_leaves_the_others_where_they_are() -> None:
    for wanted in (80, "http", 8080):
        made = with_backends(
            with_slice(service(TWO), "http", "admin"), [(WEB, wanted, "::1", 3000)]
        )
        assert targets(made) == {("http", "::1", 3000), ("admin", "10.0.0.1", 8080)}
        assert {found.address_type for found in made.endpoint_slices.values()} == {"IPv4", "IPv6"}


def test_endpoints_of_other_ports_become_slices() -> None:
    made = with_backends(with_endpoints(service(TWO)), [(WEB, "http", "localhost", 3000)])
    assert made.endpoints == {}
    assert targets(made) == {
        ("http", "localhost", 3000),
        ("admin", "10.0.0.1", 2),
        ("admin", "10.0.0.2", 2),
    }
    ready = {
        (endpoint.addresses, endpoint.conditions.ready)
        for found in made.endpoint_slices.values()
        for endpoint in found.endpoints or ()
    }
    assert (("10.0.0.2",), False) in ready
    assert "FQDN" in {found.address_type for found in made.endpoint_slices.values()}


def test_endpoints_beside_slices_did_not_count_and_still_do_not() -> None:
    made = with_backends(
        with_endpoints(with_slice(service(TWO), "admin")), [(WEB, 80, "127.0.0.1", 3000)]
    )
    assert targets(made) == {("http", "127.0.0.1", 3000), ("admin", "10.0.0.1", 8080)}


def test_an_unknown_port_is_told() -> None:
    base = service(ONE)
    made = with_backends(base, [(WEB, 99, "127.0.0.1", 3000)])
    (said,) = made.verdicts
    assert said.reason is Reason.SERVICE_PORT_MISSING
    assert "port 99" in said.message
    assert "80" in said.mend
    assert made.endpoint_slices == {}


def test_an_external_name_gets_endpoints() -> None:
    base = service({"spec": {**ONE["spec"], "type": "ExternalName", "externalName": "example.com"}})
    made = with_backends(base, [(WEB, None, "127.0.0.1", 3000)])
    assert made.services[WEB].spec.type == "ClusterIP"
    assert made.services[WEB].spec.external_name is None
    assert targets(made) == {(None, "127.0.0.1", 3000)}


def backend(port: dict[str, Any]) -> dict[str, Any]:
    return {"service": {"name": "web", "port": port}}


def ports(inventory: Inventory) -> list[tuple[int, str | None]]:
    return [(port.port, port.name) for port in inventory.services[WEB].spec.ports or ()]


def test_a_missing_service_is_made_with_the_port_that_is_given() -> None:
    made = with_backends(Inventory(), [(WEB, 8000, "127.0.0.1", 3000)])
    assert ports(made) == [(8000, None)]
    assert targets(made) == {(None, "127.0.0.1", 3000)}
    assert ports(with_backends(Inventory(), [(WEB, None, "127.0.0.1", 3000)])) == [(3000, None)]
    assert ports(with_backends(Inventory(), [(WEB, "http", "127.0.0.1", 3000)])) == [(1, "http")]


def test_a_missing_service_is_made_with_the_ports_that_ingresses_use() -> None:
    v1 = {
        "metadata": {"name": "a", "namespace": "default"},
        "spec": {
            "defaultBackend": backend({"number": 80}),
            "rules": [
                {"host": "a"},
                {"http": {"paths": [{"backend": backend({"name": "admin"})}, {}]}},
                {"http": {"paths": [{"backend": {"service": {"name": "other"}}}]}},
            ],
        },
    }
    legacy = {
        "metadata": {"name": "b", "namespace": "default"},
        "apiVersion": "extensions/v1beta1",
        "spec": {"backend": {"serviceName": "web", "servicePort": 81}},
    }
    elsewhere = v1 | {"metadata": {"name": "a", "namespace": "shop"}}
    base = Inventory(
        ingresses={
            ObjectKey("default", "a"): msgspec.convert(v1, Ingress),
            ObjectKey("default", "b"): msgspec.convert(legacy, LegacyIngress),
            ObjectKey("shop", "a"): msgspec.convert(elsewhere, Ingress),
        }
    )
    made = with_backends(base, [(WEB, None, "127.0.0.1", 3000)])
    assert ports(made) == [(80, "port-80"), (81, "port-81"), (1, "admin")]
    assert len(targets(made)) == 3


def test_what_stays_equal_stays_the_same() -> None:
    base = with_slice(service(TWO), "http", "admin")
    overrides = [(WEB, 80, "127.0.0.1", 3000)]
    first = with_backends(base, overrides)
    assert with_backends(base, overrides, previous=first) is first
    other = ObjectKey("default", "other")
    grown = msgspec.structs.replace(base, services={**base.services, other: base.services[WEB]})
    second = with_backends(grown, overrides, previous=first)
    assert second.endpoint_slices is first.endpoint_slices
    assert second.services[WEB] is first.services[WEB]
