"""Everything read at one instant."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from ingress.model.legacy import LegacyIngress
from ingress.model.objects import (
    Endpoints,
    EndpointSlice,
    Ingress,
    IngressClass,
    Secret,
    Service,
)
from ingress.model.verdict import Verdict
from ingress.model.workloads import Workload

V = TypeVar("V")

EMPTY: Mapping[Any, Any] = MappingProxyType({})


class ObjectKey(NamedTuple):
    """Namespace (empty for cluster-scoped objects) and name."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Inventory(Struct, frozen=True, kw_only=True):
    """All objects read at one instant, by kind and key.

    Mappings are never mutated. An object that did not change is the same object (``is``) in the
    next Inventory, and a kind in which nothing changed has the same mapping: the compiler finds
    what changed by identity. ``workloads`` are keyed by kind and key, since kinds share names.
    ``verdicts`` are the source's own: what could not be read, and why.
    """

    ingresses: Mapping[ObjectKey, Ingress | LegacyIngress] = EMPTY
    ingress_classes: Mapping[ObjectKey, IngressClass] = EMPTY
    services: Mapping[ObjectKey, Service] = EMPTY
    endpoint_slices: Mapping[ObjectKey, EndpointSlice] = EMPTY
    endpoints: Mapping[ObjectKey, Endpoints] = EMPTY
    secrets: Mapping[ObjectKey, Secret] = EMPTY
    workloads: Mapping[tuple[str, ObjectKey], Workload] = EMPTY
    verdicts: tuple[Verdict, ...] = ()


class Partial(Inventory, frozen=True, kw_only=True):
    """Some of what is on its way, before the first Inventory: to be read ahead, never served."""


TABLES = tuple(name for name in Inventory.__struct_fields__ if name != "verdicts")
"""The fields of an Inventory that hold objects."""

KINDS: Mapping[str, str] = {
    "ingresses": "Ingress",
    "ingress_classes": "IngressClass",
    "services": "Service",
    "endpoint_slices": "EndpointSlice",
    "endpoints": "Endpoints",
    "secrets": "Secret",
}
"""What the objects of these fields are; those of ``workloads`` are of several kinds."""


def share(old: Inventory, new: Inventory) -> Inventory:
    """Return ``new`` made of the objects and mappings of ``old`` wherever they are equal.

    Where nothing changed it is ``old`` itself.
    """
    tables = {name: _shared(getattr(old, name), getattr(new, name)) for name in TABLES}
    if new.verdicts == old.verdicts and all(tables[n] is getattr(old, n) for n in TABLES):
        return old
    return Inventory(**tables, verdicts=new.verdicts)


def _shared(old: Mapping[Any, V], new: Mapping[Any, V]) -> Mapping[Any, V]:
    if new is old:
        return old
    fresh = [key for key, value in new.items() if old.get(key) is not value]
    equal = {key: old[key] for key in fresh if key in old and old[key] == new[key]}
    if len(equal) == len(fresh) and len(old) == len(new):
        return old
    return {**new, **equal} if equal else new
