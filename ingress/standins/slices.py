"""EndpointSlices that lead to the stand-ins (pure)."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import (
    SERVICE_NAME_LABEL,
    EndpointConditions,
    EndpointPort,
    EndpointSlice,
    ObjectMeta,
    ObjectReference,
    SliceEndpoint,
)
from ingress.standins.plan import Listener, PlannedPod

ADDRESS = "127.0.0.1"


def with_stand_ins(
    inventory: Inventory, pods: Iterable[PlannedPod], listening: Mapping[Listener, int]
) -> Inventory:
    """Return the Inventory with a slice for each pod; ``listening`` gives the loopback ports.

    A port on which nothing listens is left out of its pod's slice.
    """
    slices = dict(inventory.endpoint_slices)
    for pod in pods:
        made = _slice(pod, listening)
        slices[ObjectKey(pod.service.namespace, made.metadata.name)] = made
    return replace(inventory, endpoint_slices=slices)


def _slice(pod: PlannedPod, listening: Mapping[Listener, int]) -> EndpointSlice:
    namespace, service = pod.service
    ports = ((name, Listener(pod.service, pod.name, port)) for name, port in pod.ports)
    return EndpointSlice(
        metadata=ObjectMeta(
            name=f"{service}.{pod.name}",  # no Service has a dot in its name
            namespace=namespace,
            labels={SERVICE_NAME_LABEL: service},
        ),
        address_type="IPv4",
        endpoints=(
            SliceEndpoint(
                addresses=(ADDRESS,),
                conditions=EndpointConditions(ready=True),
                target_ref=ObjectReference(kind="Pod", name=pod.name, namespace=namespace),
            ),
        ),
        ports=tuple(
            EndpointPort(name=name, port=listening[listener])
            for name, listener in ports
            if listener in listening
        ),
    )
