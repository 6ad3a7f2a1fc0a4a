from typing import Any

import pytest

from ingress.compiler.endpoints import Found, external_address, find_endpoints
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Endpoints, EndpointSlice, ServicePort
from ingress.model.snapshot import Endpoint
from tests.compiler.worlds import read

KEY = ObjectKey("default", "web")
HTTP = ServicePort(port=80, name="http", target_port=8080)


def found(*slices: dict[str, Any], port: ServicePort = HTTP) -> Found:
    keyed = {
        ObjectKey("default", f"web-{i}"): read(EndpointSlice, {"metadata": {"name": "x"}} | plain)
        for i, plain in enumerate(slices)
    }
    return find_endpoints(port, keyed, {})


def slice_of(*addresses: str, port: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 8080} if port is None else port]
    return {"ports": ports, "endpoints": [{"addresses": [text], **more} for text in addresses]}


def test_endpoints_are_sorted_and_one_for_each_address_and_port() -> None:
    pods = {"targetRef": {"kind": "Pod", "name": "b"}}
    endpoints = found(
        slice_of("10.0.0.2", "10.0.0.1", **pods), slice_of("10.0.0.2", "10.0.0.10")
    ).endpoints
    assert endpoints == (
        Endpoint(address="10.0.0.1", port=8080, target="b"),
        Endpoint(address="10.0.0.10", port=8080),
        Endpoint(address="10.0.0.2", port=8080),
    )


@pytest.mark.parametrize(
    ("conditions", "serves"),
    [
        ({}, True),
        ({"ready": True}, True),
        ({"ready": False}, False),
        ({"ready": False, "terminating": True}, True),
        ({"ready": False, "terminating": True, "serving": True}, True),
        ({"ready": False, "terminating": True, "serving": False}, False),
        ({"ready": False, "serving": True}, False),
    ],
)
def test_unknown_conditions_are_good_ones(conditions: dict[str, bool], *, serves: bool) -> None:
    said = found(slice_of("10.0.0.1", conditions=conditions))
    assert (bool(said.endpoints), said.written) == (serves, 1)


def test_the_terminating_serve_only_where_nothing_is_ready() -> None:
    leaving = {"ready": False, "terminating": True}
    said = found(slice_of("10.0.0.1", conditions=leaving), slice_of("10.0.0.2"))
    assert [str(endpoint) for endpoint in said.endpoints] == ["10.0.0.2:8080"]
    assert said.written == 2


@pytest.mark.parametrize(
    ("written", "ours", "number"),
    [
        ({"name": "http", "port": 1}, HTTP, 1),
        ({"name": "http"}, HTTP, 8080),
        ({"port": 1}, ServicePort(port=80), 1),
        ({"name": "", "port": 1}, ServicePort(port=80), 1),
        ({}, ServicePort(port=80), 80),
    ],
)
def test_ports_meet_by_name_and_an_unwritten_number_is_the_target_port(
    written: dict[str, Any], ours: ServicePort, number: int
) -> None:
    (endpoint,) = found(slice_of("10.0.0.1", port=written), port=ours).endpoints
    assert endpoint.port == number


@pytest.mark.parametrize("port", [{"name": "web", "port": 1}, {"port": 1}])
def test_other_names_are_remembered_for_the_verdict(port: dict[str, Any]) -> None:
    said = found(slice_of("10.0.0.1", port=port))
    assert said == Found(other_ports=(port.get("name", ""),))


@pytest.mark.parametrize(
    ("plain", "field", "message"),
    [
        (slice_of("10.0.0.256"), "addresses", "'10.0.0.256' is no address to connect to"),
        (slice_of("0.0.0.0"), "addresses", "'0.0.0.0' is no address to connect to"),
        (slice_of("224.0.0.1"), "addresses", "'224.0.0.1' is no address to connect to"),
        (slice_of("a.example"), "addresses", "'a.example' is no address to connect to"),
        (slice_of("10.0.0.1", port={"name": "http", "port": 0}), "ports", "0 is no port"),
        (slice_of("10.0.0.1", port={"name": "http", "port": 65536}), "ports", "65536 is no port"),
    ],
)
def test_what_cannot_be_connected_to_is_named_where_it_is_written(
    plain: dict[str, Any], field: str, message: str
) -> None:
    said = found(plain)
    assert (said.endpoints, said.written) == ((), 0)
    (invalid,) = said.verdicts
    assert str(invalid.subject) == "EndpointSlice default/web-0"
    assert invalid.message == f"{message}; it is left out"
    assert field in invalid.field


def test_slices_silence_endpoints_even_where_they_are_empty() -> None:
    subset = {"addresses": [{"ip": "10.0.0.9"}], "ports": [{"name": "http", "port": 9}]}
    written = {KEY: read(Endpoints, {"metadata": {"name": "web"}, "subsets": [subset]})}
    empty = {KEY: read(EndpointSlice, {"metadata": {"name": "web-0"}})}
    (endpoint,) = find_endpoints(HTTP, {}, written).endpoints
    assert str(endpoint) == "10.0.0.9:9"
    assert find_endpoints(HTTP, empty, written) == Found()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Example.NET.", "example.net"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("*.example.net", ""),
        ("example.net:80", ""),
        ("http://example.net", ""),
        ("0.0.0.0", ""),
        ("::", ""),
        ("", ""),
    ],
)
def test_an_external_name_in_its_canonical_form(text: str, address: str) -> None:
    assert external_address(text) == address
