"""Which pods a cluster would run for the Services: Inventory -> planned pods (pure)."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import SERVICE_NAME_LABEL, Service, ServicePort
from ingress.model.workloads import Workload

_ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes makes generated names of (k8s.io/apimachinery ``rand``): no vowels, no words."""

MOST_REPLICAS: Final = 1000
"""Of one workload: as many more would only use up the machine's file descriptors."""

WorkloadId: TypeAlias = tuple[str, ObjectKey]


class Listener(NamedTuple):
    """A port of a pod as one Service reaches it, which is what a stand-in listens for."""

    service: ObjectKey
    pod: str
    port: int


class PlannedPod(NamedTuple):
    """A pod behind a Service: for each TCP port of the Service (by name) the pod's own port."""

    service: ObjectKey
    name: str
    ports: tuple[tuple[str | None, int], ...]

    def listeners(self) -> Iterator[Listener]:
        """Yield each port once, though several of the Service's may lead to it."""
        for port in dict.fromkeys(port for _, port in self.ports):
            yield Listener(self.service, self.name, port)


def plan(inventory: Inventory) -> tuple[PlannedPod, ...]:
    """Return the pods behind every Service that has no endpoints of its own.

    Every replica of every Deployment, StatefulSet and ReplicaSet, one of a DaemonSet, and bare
    Pods, as far as the Service's selector finds them.
    """
    explicit = _with_endpoints(inventory)
    by_label = _by_label(inventory.workloads)
    return tuple(
        pod
        for key, service in sorted(inventory.services.items())
        if key not in explicit and service.spec.type != "ExternalName"
        for workload in _selected(key.namespace, service, by_label)
        for pod in _pods(key, service, inventory.workloads[workload])
    )


def _with_endpoints(inventory: Inventory) -> set[ObjectKey]:
    slices = inventory.endpoint_slices.items()
    names = ((key.namespace, found.metadata.labels or {}) for key, found in slices)
    named = {
        ObjectKey(namespace, labels.get(SERVICE_NAME_LABEL, "")) for namespace, labels in names
    }
    return named | inventory.endpoints.keys()


_ByLabel: TypeAlias = Mapping[tuple[str, str, str], Mapping[WorkloadId, Workload]]


def _by_label(workloads: Mapping[WorkloadId, Workload]) -> _ByLabel:
    found: dict[tuple[str, str, str], dict[WorkloadId, Workload]] = {}
    for one, workload in workloads.items():
        for label in (workload.spec.template.metadata.labels or {}).items():
            found.setdefault((one[1].namespace, *label), {})[one] = workload
    return found


def _selected(namespace: str, service: Service, by_label: _ByLabel) -> list[WorkloadId]:
    selector = (service.spec.selector or {}).items()
    matching = [by_label.get((namespace, *label), {}).keys() for label in selector]
    return sorted(set(matching[0]).intersection(*matching[1:])) if matching else []


def _pods(key: ObjectKey, service: Service, workload: Workload) -> Iterator[PlannedPod]:
    ports = tuple(
        (port.name, number)
        for port in service.spec.ports or ()
        if port.protocol == "TCP" and (number := _container_port(port, workload)) is not None
    )
    if ports:
        for name in pod_names(workload):
            yield PlannedPod(key, name, ports)


def _container_port(port: ServicePort, workload: Workload) -> int | None:
    """Resolve ``targetPort``; a number need not be declared by any container."""
    target = port.port if port.target_port is None else port.target_port
    if isinstance(target, int):
        return target
    containers = workload.spec.template.spec.containers or ()
    declared = (found for container in containers for found in container.ports or ())
    return next((found.container_port for found in declared if found.name == target), None)


def pod_names(workload: Workload) -> Iterator[str]:
    """Yield the names of a workload's pods, each of which stays when others come or go."""
    name = workload.metadata.name
    replicas = min(1 if workload.spec.replicas is None else workload.spec.replicas, MOST_REPLICAS)
    if workload.kind == "Pod":
        yield name
    elif workload.kind == "StatefulSet":
        yield from (f"{name}-{index}" for index in range(replicas))
    else:
        count = 1 if workload.kind == "DaemonSet" else replicas
        seed = f"{workload.kind}/{workload.metadata.namespace}/{name}"
        stem = f"{name}-{_letters(seed, 10)}" if workload.kind == "Deployment" else name
        yield from (f"{stem}-{_letters(f'{seed}/{index}', 5)}" for index in range(count))


def _letters(seed: str, length: int) -> str:
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:length])
