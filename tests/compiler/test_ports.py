import pytest

from ingress.compiler.ports import describe_ports, resolve_port, target_number, tcp_ports
from ingress.model.objects import ObjectMeta, PortRef, Service, ServicePort, ServiceSpec

HTTP = ServicePort(port=80, name="http", target_port=8080)
CROSSED = ServicePort(port=8080, name="admin", target_port=80)
NAMED = ServicePort(port=443, target_port="web")
DNS = ServicePort(port=53, name="dns", protocol="UDP")


def service(*ports: ServicePort, kind: str = "ClusterIP") -> Service:
    spec = ServiceSpec(type=kind, ports=ports or None)
    return Service(metadata=ObjectMeta(name="web"), spec=spec)


@pytest.mark.parametrize(
    ("ports", "wanted", "found", "by_target"),
    [
        ([HTTP], 80, HTTP, False),
        ([HTTP], "http", HTTP, False),
        ([HTTP], 8080, HTTP, True),
        ([HTTP, CROSSED], 8080, CROSSED, False),
        ([CROSSED, HTTP], 80, HTTP, False),
        ([NAMED], "web", None, False),
        ([NAMED], 80, None, False),
        ([HTTP], "80", None, False),
        ([DNS], 53, None, False),
        ([], 80, None, False),
    ],
)
def test_a_port_goes_before_a_target_port(
    ports: list[ServicePort], wanted: PortRef, found: ServicePort | None, *, by_target: bool
) -> None:
    resolved = resolve_port(service(*ports), wanted)
    assert (resolved and resolved.port) == found
    assert bool(resolved and resolved.by_target) is by_target


def test_an_external_name_takes_any_number_while_it_writes_no_ports() -> None:
    resolved = resolve_port(service(kind="ExternalName"), 8443)
    assert resolved
    assert resolved.port == ServicePort(port=8443)
    assert resolve_port(service(kind="ExternalName"), "https") is None
    assert resolve_port(service(HTTP, kind="ExternalName"), 8443) is None


@pytest.mark.parametrize(("port", "number"), [(HTTP, 8080), (NAMED, 443), (DNS, 53)])
def test_the_number_behind_a_port(port: ServicePort, number: int) -> None:
    assert target_number(port) == number


def test_only_what_speaks_tcp_is_offered() -> None:
    assert tcp_ports(service(DNS, HTTP)) == (HTTP,)
    assert describe_ports(service(HTTP, NAMED, DNS)) == "80 (http), 443"
    assert describe_ports(service(DNS)) == describe_ports(service()) == "none"
