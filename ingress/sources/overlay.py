"""``--backend``: sends Services to programs that the user is developing (pure).

What comes out is an Inventory like any other: the Service's endpoints are replaced by one
EndpointSlice that names the program.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from msgspec.structs import replace

from ingress.model.inventory import Inventory, ObjectKey, share
from ingress.model.legacy import LegacyBackend, LegacyIngress
from ingress.model.objects import (
    SERVICE_NAME_LABEL,
    EndpointAddress,
    EndpointConditions,
    EndpointPort,
    EndpointSlice,
    EndpointSubset,
    Ingress,
    IngressBackend,
    ObjectMeta,
    PortRef,
    Service,
    ServicePort,
    ServiceSpec,
    SliceEndpoint,
)
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict

Override: TypeAlias = tuple[ObjectKey, PortRef | None, str, int]
"""A Service, one of its ports (``None``: each), and the host and port to send it to."""

_NAME: Final = "backend-override"


def with_backends(
    inventory: Inventory, overrides: Sequence[Override], *, previous: Inventory | None = None
) -> Inventory:
    """Return the Inventory with each named Service (or port) sent to the given address.

    A Service that is missing is made, with the port that is given, or those that Ingresses use.
    ``previous`` is what this function returned before: what stayed equal stays the same object.
    """
    by_service: dict[ObjectKey, list[Override]] = {}
    for override in overrides:
        by_service.setdefault(override[0], []).append(override)
    if not by_service:
        return inventory
    layer = _Layer(inventory)
    for service, of_service in by_service.items():
        layer.override(service, of_service)
    return share(previous or Inventory(), layer.inventory())


class _Target(NamedTuple):
    port: ServicePort
    host: str
    number: int


class _Layer:
    """An Inventory's Services and endpoints while they are being replaced."""

    def __init__(self, inventory: Inventory) -> None:
        self._base = inventory
        self._services = dict(inventory.services)
        self._slices = dict(inventory.endpoint_slices)
        self._endpoints = dict(inventory.endpoints)
        self._verdicts: list[Verdict] = []

    def inventory(self) -> Inventory:
        return replace(
            self._base,
            services=self._services,
            endpoint_slices=self._slices,
            endpoints=self._endpoints,
            verdicts=(*self._base.verdicts, *self._verdicts),
        )

    def override(self, key: ObjectKey, overrides: list[Override]) -> None:
        service = self._served(key, overrides)
        ports = service.spec.ports or ()
        targets: dict[int, _Target] = {}
        for _, wanted, host, number in overrides:
            meant = _meant(ports, wanted)
            targets |= {index: _Target(ports[index], host, number) for index in meant}
            if not meant:
                self._verdicts.append(_no_such_port(key, wanted, ports))
        if targets:
            self._services[key] = service
            self._withdraw(key, {target.port.name or "" for target in targets.values()})
            for index, target in targets.items():
                made = _slice(key, f"{_NAME}-{index}", target)
                self._slices[ObjectKey(key.namespace, made.metadata.name)] = made

    def _served(self, key: ObjectKey, overrides: list[Override]) -> Service:
        """Return the Service with ports, and with endpoints of its own where it had a name."""
        found = self._services.get(key)
        if found is None or not found.spec.ports:
            wanted = [port for _, port, _, _ in overrides if port is not None]
            ports = _ports(wanted or sorted(set(_used(self._base, key)), key=str), overrides)
            metadata = ObjectMeta(name=key.name, namespace=key.namespace)
            return Service(
                metadata=found.metadata if found else metadata, spec=ServiceSpec(ports=ports)
            )
        if found.spec.type == "ExternalName":
            return replace(found, spec=replace(found.spec, type="ClusterIP", external_name=None))
        return found

    def _withdraw(self, key: ObjectKey, names: set[str]) -> None:
        """Take the endpoints of some ports away; those of the others stay."""
        for name, found in list(self._slices.items()):
            if _service_of(name, found) == key:
                if others := _others(found.ports, names):
                    self._slices[name] = replace(found, ports=others)
                else:
                    del self._slices[name]
        written = self._endpoints.pop(key, None)
        has_slices = any(_service_of(name, found) == key for name, found in self._slices.items())
        if written is not None and not has_slices:
            # Slices win over Endpoints, so what the Endpoints say of other ports must be slices.
            for index, subset in enumerate(written.subsets or ()):
                made = _as_slice(_metadata(key, f"endpoints-{index}"), subset, names)
                self._slices[ObjectKey(key.namespace, made.metadata.name)] = made


def _service_of(key: ObjectKey, found: EndpointSlice) -> ObjectKey:
    return ObjectKey(key.namespace, (found.metadata.labels or {}).get(SERVICE_NAME_LABEL, ""))


def _others(ports: tuple[EndpointPort, ...] | None, names: set[str]) -> tuple[EndpointPort, ...]:
    return tuple(port for port in ports or () if (port.name or "") not in names)


def _meant(ports: Sequence[ServicePort], wanted: PortRef | None) -> list[int]:
    """Return which ports are meant: by name or number, else by numeric targetPort; all by None."""
    tcp = [index for index, port in enumerate(ports) if port.protocol == "TCP"]
    if wanted is None:
        return tcp
    direct = [index for index in tcp if wanted in (ports[index].port, ports[index].name)]
    return direct or [index for index in tcp if ports[index].target_port == wanted]


def _ports(wanted: Sequence[PortRef], overrides: list[Override]) -> tuple[ServicePort, ...]:
    """Make the ports of a Service that is missing; several ports need names."""
    numbers = [port for port in dict.fromkeys(wanted) if isinstance(port, int)]
    names = [port for port in dict.fromkeys(wanted) if isinstance(port, str)]
    if len(numbers) + len(names) <= 1 and not names:
        return (ServicePort(port=(numbers or [overrides[0][3]])[0]),)
    free = (number for number in range(1, 65_536) if number not in numbers)
    return (
        *(ServicePort(port=number, name=f"port-{number}") for number in numbers),
        *(ServicePort(port=next(free), name=name) for name in names),
    )


def _used(inventory: Inventory, key: ObjectKey) -> Iterator[PortRef]:
    """Yield the ports of a Service that Ingresses name."""
    for name, found in inventory.ingresses.items():
        if name.namespace == key.namespace:
            for service, port in _backends(found):
                if service == key.name and port is not None:
                    yield port


def _backends(found: Ingress | LegacyIngress) -> Iterator[tuple[str | None, PortRef | None]]:
    backends: list[IngressBackend | LegacyBackend | None] = []
    if isinstance(found, Ingress):
        backends.append(found.spec.default_backend)
    else:
        backends.append(found.spec.backend)
    for rule in found.spec.rules or ():
        for path in (rule.http.paths if rule.http else None) or ():
            backends.append(path.backend)  # noqa: PERF401 - two kinds of paths
    for backend in backends:
        if isinstance(backend, LegacyBackend):
            yield backend.service_name, backend.service_port
        elif backend and backend.service and (port := backend.service.port):
            yield backend.service.name, port.name or port.number


def _slice(key: ObjectKey, suffix: str, target: _Target) -> EndpointSlice:
    return EndpointSlice(
        metadata=_metadata(key, suffix),
        address_type=_address_type(target.host),
        endpoints=(
            SliceEndpoint(addresses=(target.host,), conditions=EndpointConditions(ready=True)),
        ),
        ports=(EndpointPort(name=target.port.name, port=target.number),),
    )


def _as_slice(metadata: ObjectMeta, subset: EndpointSubset, names: set[str]) -> EndpointSlice:
    addresses = (*(subset.addresses or ()), *(subset.not_ready_addresses or ()))
    ready = len(subset.addresses or ())
    return EndpointSlice(
        metadata=metadata,
        address_type=_address_type(addresses[0].ip if addresses else ""),
        endpoints=tuple(_endpoint(found, ready=i < ready) for i, found in enumerate(addresses)),
        ports=_others(subset.ports, names),
    )


def _endpoint(found: EndpointAddress, *, ready: bool) -> SliceEndpoint:
    return SliceEndpoint(
        addresses=(found.ip,),
        conditions=EndpointConditions(ready=ready),
        target_ref=found.target_ref,
    )


def _metadata(key: ObjectKey, suffix: str) -> ObjectMeta:
    return ObjectMeta(
        name=f"{key.name}-{suffix}",
        namespace=key.namespace,
        labels={SERVICE_NAME_LABEL: key.name},
    )


def _address_type(host: str) -> str:
    try:
        return f"IPv{ipaddress.ip_address(host).version}"
    except ValueError:
        return "FQDN"


def _no_such_port(key: ObjectKey, wanted: PortRef | None, ports: Sequence[ServicePort]) -> Verdict:
    known = ", ".join(str(port.name or port.port) for port in ports)
    return verdict(
        ObjectRef("Service", *key),
        Reason.SERVICE_PORT_MISSING,
        message=f"--backend names port {wanted}, which the Service {key} does not have",
        mend=f"name one of its ports ({known}), or leave the port out to send them all",
        field=("spec", "ports"),
    )
