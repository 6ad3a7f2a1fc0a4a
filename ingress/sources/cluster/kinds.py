"""The kinds that are read from a cluster, and where its API has them."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from ingress.model.objects import EndpointSlice, Ingress, IngressClass, Secret, Service


class Kind(NamedTuple):
    """A kind: the table of an Inventory that holds it, its place in the API, and its view.

    ``selector`` is a field selector: which objects are read at all.
    """

    name: str
    table: str
    group: str
    plural: str
    view: type[Any]
    namespaced: bool = True
    selector: str = ""

    def path(self, namespace: str = "") -> str:
        """Return the path of a namespace's objects, or of those of all of them."""
        where = f"/namespaces/{quote(namespace)}" if namespace else ""
        return f"{self.group}{where}/{self.plural}"

    @property
    def query(self) -> Mapping[str, str]:
        """Return what every request for the kind asks for."""
        return {"fieldSelector": self.selector} if self.selector else {}


_NETWORKING: Final = "/apis/networking.k8s.io/v1"

INGRESSES: Final = Kind("Ingress", "ingresses", _NETWORKING, "ingresses", Ingress)
INGRESS_CLASSES: Final = Kind(
    "IngressClass", "ingress_classes", _NETWORKING, "ingressclasses", IngressClass, namespaced=False
)
SERVICES: Final = Kind("Service", "services", "/api/v1", "services", Service)
ENDPOINT_SLICES: Final = Kind(
    "EndpointSlice",
    "endpoint_slices",
    "/apis/discovery.k8s.io/v1",
    "endpointslices",
    EndpointSlice,
)
SECRETS: Final = Kind(
    "Secret", "secrets", "/api/v1", "secrets", Secret, selector="type=kubernetes.io/tls"
)
KINDS: Final = (INGRESS_CLASSES, INGRESSES, SERVICES, ENDPOINT_SLICES, SECRETS)
