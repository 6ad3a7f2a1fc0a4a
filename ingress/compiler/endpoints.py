"""EndpointSlices or Endpoints of a Service port -> its endpoints.

Source: Kubernetes ``EndpointSlice``, ``EndpointConditions`` and ``Endpoints``.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from ingress.compiler.ports import target_number
from ingress.model.hosts import MAX_PORT, is_rule_host
from ingress.model.inventory import ObjectKey
from ingress.model.objects import (
    EndpointAddress,
    EndpointConditions,
    EndpointPort,
    Endpoints,
    EndpointSlice,
    ObjectReference,
    ServicePort,
)
from ingress.model.snapshot import Endpoint
from ingress.model.verdict import FieldPath, ObjectRef, Reason, Verdict, verdict

_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# Most addresses: IPv4 in canonical form, from 1.0.0.0 to 223.255.255.255.
_PLAIN_IPV4: Final = re.compile(rf"(?!0\.|22[4-9]|2[3-5]\d){_OCTET}(?:\.{_OCTET}){{3}}", re.ASCII)


class Found(Struct, frozen=True, gc=False):
    """What the objects of a Service say about one of its ports.

    ``written`` counts the port's endpoints, ready or not; ``other_ports`` are the other names
    under which those objects have ports.
    """

    endpoints: tuple[Endpoint, ...] = ()
    written: int = 0
    other_ports: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


class Address(Struct, frozen=True, gc=False):
    """An address as written; ``draining`` is terminating while still serving."""

    text: str
    target: str
    field: FieldPath
    ready: bool
    draining: bool


def find_endpoints(
    port: ServicePort,
    slices: Mapping[ObjectKey, EndpointSlice],
    endpoints: Mapping[ObjectKey, Endpoints],
) -> Found:
    """Return the endpoints of a Service port, sorted; slices win over Endpoints.

    They are the ready ones; where none is, those that are terminating but still serve.
    """
    reader = _Reader(port)
    for key in sorted(slices):
        reader.read_slice(key, slices[key])
    for key in () if slices else endpoints:
        reader.read_endpoints(key, endpoints[key])
    return reader.found()


class _Reader:
    """Collects what is written for one Service port."""

    def __init__(self, port: ServicePort) -> None:
        self._port = port
        self._ready: list[Endpoint] = []
        self._draining: list[Endpoint] = []
        self._written = 0
        self._other_ports: set[str] = set()
        self._verdicts: list[Verdict] = []

    def found(self) -> Found:
        return Found(
            endpoints=_distinct(self._ready or self._draining),
            written=self._written,
            other_ports=tuple(sorted(self._other_ports)),
            verdicts=tuple(self._verdicts),
        )

    def read_slice(self, key: ObjectKey, found: EndpointSlice) -> None:
        subject = ObjectRef("EndpointSlice", *key)
        read = _dns_name if found.address_type == "FQDN" else _ip
        for number in self._numbers(subject, found.ports or (), ("ports",)):
            for address in _slice_addresses(found):
                self._add(subject, address, port=number, host=read(address.text))

    def read_endpoints(self, key: ObjectKey, found: Endpoints) -> None:
        subject = ObjectRef("Endpoints", *key)
        for i, subset in enumerate(found.subsets or ()):
            at: FieldPath = ("subsets", i)
            for number in self._numbers(subject, subset.ports or (), (*at, "ports")):
                for address in (
                    *_subset_addresses(subset.addresses, (*at, "addresses"), ready=True),
                    *_subset_addresses(
                        subset.not_ready_addresses, (*at, "notReadyAddresses"), ready=False
                    ),
                ):
                    self._add(subject, address, port=number, host=_ip(address.text))

    def _numbers(
        self, subject: ObjectRef, ports: tuple[EndpointPort, ...], at: FieldPath
    ) -> Iterator[int]:
        """Yield the numbers of the ports that bear the Service port's name."""
        for i, port in enumerate(ports):
            if port.protocol != "TCP":
                continue
            if (port.name or "") != (self._port.name or ""):
                self._other_ports.add(port.name or "")
                continue
            # A slice may leave the number out: its addresses take any.
            number = target_number(self._port) if port.port is None else port.port
            if 1 <= number <= MAX_PORT:
                yield number
            else:
                self._say(subject, f"{number} is no port", (*at, i, "port"))

    def _add(self, subject: ObjectRef, address: Address, *, port: int, host: str) -> None:
        if not host:
            self._say(subject, f"{address.text!r} is no address to connect to", address.field)
            return
        self._written += 1
        endpoint = Endpoint(address=host, port=port, target=address.target)
        if address.ready:
            self._ready.append(endpoint)
        elif address.draining:
            self._draining.append(endpoint)

    def _say(self, subject: ObjectRef, message: str, field: FieldPath) -> None:
        self._verdicts.append(
            verdict(
                subject,
                Reason.INVALID_ENDPOINT,
                message=f"{message}; it is left out",
                mend="write an IP address and a port from 1 to 65535",
                field=field,
            )
        )


def _slice_addresses(found: EndpointSlice) -> Iterator[Address]:
    # The API gives the addresses after an endpoint's first no meaning; like ingress-nginx, and
    # as people who write them by hand expect, each is an endpoint.
    for i, endpoint in enumerate(found.endpoints or ()):
        ready, draining = _conditions(endpoint.conditions)
        target = _target(endpoint.target_ref)
        for j, text in enumerate(endpoint.addresses or ()):
            yield Address(text, target, ("endpoints", i, "addresses", j), ready, draining)


def _subset_addresses(
    addresses: tuple[EndpointAddress, ...] | None, at: FieldPath, *, ready: bool
) -> Iterator[Address]:
    for i, address in enumerate(addresses or ()):
        target = _target(address.target_ref)
        yield Address(address.ip, target, (*at, i, "ip"), ready, draining=False)


def _conditions(conditions: EndpointConditions) -> tuple[bool, bool]:
    """Return ready, and terminating but serving; what is unknown reads as ready and serving."""
    ready = conditions.ready is not False
    return ready, conditions.terminating is True and conditions.serving is not False


def _target(reference: ObjectReference | None) -> str:
    return reference.name if reference else ""


def _distinct(endpoints: list[Endpoint]) -> tuple[Endpoint, ...]:
    """Return them sorted, one for each address and port."""
    ordered = sorted(endpoints)
    if len({(it.address, it.port) for it in ordered}) < len(ordered):
        by_address = {(it.address, it.port): it for it in reversed(ordered)}
        ordered = sorted(by_address.values())
    return tuple(ordered)


def _ip(text: str) -> str:
    """Return an IP in its canonical form, empty where nothing can be reached under it."""
    if _PLAIN_IPV4.fullmatch(text):
        return text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return "" if address.is_unspecified or address.is_multicast else str(address)


def _dns_name(text: str) -> str:
    name = text.lower().removesuffix(".")
    return name if is_rule_host(name) and not name.startswith("*") else ""


def external_address(text: str) -> str:
    """Return the address of an ExternalName Service: a DNS name or an IP; empty if neither."""
    return _ip(text) or _dns_name(text)
