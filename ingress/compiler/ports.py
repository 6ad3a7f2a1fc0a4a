"""Which of a Service's ports an Ingress means, by name or by number."""

from msgspec import Struct

from ingress.model.objects import PortRef, Service, ServicePort


class Resolved(Struct, frozen=True, gc=False):
    """A Service port, and whether it was only found by its numeric ``targetPort``."""

    port: ServicePort
    by_target: bool = False


def resolve_port(service: Service, wanted: PortRef) -> Resolved | None:
    """Return the TCP port that is meant, or ``None``.

    Like ingress-nginx, a number that no port has but a numeric ``targetPort`` is accepted. An
    ExternalName Service needs no ports: a number is taken at its word.
    """
    for port in service.spec.ports or ():
        if wanted in (port.port, port.name) and port.protocol == "TCP":
            return Resolved(port)
    if isinstance(wanted, str):
        return None
    for port in tcp_ports(service):
        if port.target_port == wanted:
            return Resolved(port, by_target=True)
    if service.spec.type == "ExternalName" and not service.spec.ports:
        return Resolved(ServicePort(port=wanted))
    return None


def tcp_ports(service: Service) -> tuple[ServicePort, ...]:
    """Return the ports that HTTP can be spoken on."""
    return tuple(port for port in service.spec.ports or () if port.protocol == "TCP")


def target_number(port: ServicePort) -> int:
    """Return the number behind a port where nothing else tells: ``targetPort``, else its own."""
    return port.target_port if isinstance(port.target_port, int) else port.port


def describe_ports(service: Service) -> str:
    """List a Service's TCP ports for a message: ``80 (http), 443``."""
    named = (f"{p.port} ({p.name})" if p.name else str(p.port) for p in tcp_ports(service))
    return ", ".join(named) or "none"
