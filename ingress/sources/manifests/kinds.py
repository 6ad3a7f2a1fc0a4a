"""Which kinds are read, in which versions, and as what."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ingress.model.legacy import LegacyIngress
from ingress.model.objects import (
    Endpoints,
    EndpointSlice,
    Ingress,
    IngressClass,
    Secret,
    Service,
)
from ingress.model.workloads import Workload

Readable: TypeAlias = (
    Ingress | LegacyIngress | IngressClass | Service | EndpointSlice | Endpoints | Secret | Workload
)


class Kind(NamedTuple):
    """A kind of ours: the field of Inventory that holds it, and its view by version."""

    table: str
    versions: Mapping[str, type[Any]]
    namespaced: bool = True
    groups: tuple[str, ...] = ()


def _workload() -> Kind:
    return Kind("workloads", {"apps/v1": Workload}, groups=("apps", "extensions"))


KINDS: Final[Mapping[str, Kind]] = {
    "Ingress": Kind(
        "ingresses",
        {
            "networking.k8s.io/v1": Ingress,
            "networking.k8s.io/v1beta1": LegacyIngress,
            "extensions/v1beta1": LegacyIngress,
        },
        groups=("networking.k8s.io", "extensions"),
    ),
    "IngressClass": Kind(
        "ingress_classes",
        {"networking.k8s.io/v1": IngressClass},
        namespaced=False,
        groups=("networking.k8s.io",),
    ),
    "Service": Kind("services", {"v1": Service}, groups=("",)),
    "EndpointSlice": Kind(
        "endpoint_slices",
        {"discovery.k8s.io/v1": EndpointSlice},
        groups=("discovery.k8s.io",),
    ),
    "Endpoints": Kind("endpoints", {"v1": Endpoints}, groups=("",)),
    "Secret": Kind("secrets", {"v1": Secret}, groups=("",)),
    "Pod": Kind("workloads", {"v1": Workload}, groups=("",)),
    "Deployment": _workload(),
    "StatefulSet": _workload(),
    "ReplicaSet": _workload(),
    "DaemonSet": _workload(),
}
VERSIONS: Final = frozenset(version for kind in KINDS.values() for version in kind.versions)


def group_of(api_version: str) -> str:
    """Return the API group of ``group/version``, empty for the core group."""
    return api_version.rpartition("/")[0]
