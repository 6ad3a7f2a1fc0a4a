"""Narrow views of Kubernetes objects: only the fields that we read, under their API names.

Each view decodes straight from JSON (``msgspec.json``) or from plain mappings
(``msgspec.convert``); other fields are passed over. Go clients write absent lists as ``null``,
so a list that may be is ``None`` here too. Source: the Kubernetes API reference, v1.37.
"""

from typing import TypeAlias

from msgspec import Struct

from ingress.model.secret import SecretBytes

Labels: TypeAlias = dict[str, str]
PortRef: TypeAlias = int | str
"""A port by number or by name (``IntOrString``)."""


class View(Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True, gc=False):
    """A frozen view with the API's camelCase field names.

    Like all nouns that there are thousands of it is out of the cyclic collector's sight
    (``gc=False``): a frozen tree has no cycles, and walking it would stop requests.
    """


class ObjectMeta(View, frozen=True):
    """``metadata``; ``creation_timestamp`` is RFC 3339 text."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: Labels | None = None
    annotations: dict[str, str] | None = None


# -- networking.k8s.io/v1 ---------------------------------------------------------------


class ServiceBackendPort(View, frozen=True):
    """``number`` or ``name``, one of the two."""

    number: int | None = None
    name: str | None = None


class IngressServiceBackend(View, frozen=True):
    """A Service of the Ingress's own namespace, and one of its ports."""

    name: str = ""
    port: ServiceBackendPort | None = None


class TypedLocalObjectReference(View, frozen=True):
    """What a ``resource`` backend points to."""

    kind: str = ""
    name: str = ""
    api_group: str | None = None


class IngressBackend(View, frozen=True):
    """``service`` or ``resource``, one of the two."""

    service: IngressServiceBackend | None = None
    resource: TypedLocalObjectReference | None = None


class HTTPIngressPath(View, frozen=True):
    """One path of a rule; ``path_type`` is required by v1, optional in the legacy versions."""

    path: str | None = None
    path_type: str | None = None
    backend: IngressBackend | None = None


class HTTPIngressRuleValue(View, frozen=True):
    """The paths of a rule."""

    paths: tuple[HTTPIngressPath, ...] | None = None


class IngressRule(View, frozen=True):
    """A host (or, empty, every host) and its paths."""

    host: str | None = None
    http: HTTPIngressRuleValue | None = None


class IngressTLS(View, frozen=True):
    """Hosts and the Secret that holds their certificate."""

    hosts: tuple[str, ...] | None = None
    secret_name: str | None = None


class IngressSpec(View, frozen=True):
    """``spec`` of a v1 Ingress."""

    ingress_class_name: str | None = None
    default_backend: IngressBackend | None = None
    rules: tuple[IngressRule, ...] | None = None
    tls: tuple[IngressTLS, ...] | None = None


class LoadBalancerIngress(View, frozen=True):
    """Where traffic enters: ``ip`` or ``hostname``, one of the two."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(View, frozen=True):
    """``status.loadBalancer`` of an Ingress and of a Service: what kubectl shows as ADDRESS."""

    ingress: tuple[LoadBalancerIngress, ...] | None = None


class IngressStatus(View, frozen=True):
    """``status`` of an Ingress; it is read to see whether it has to be written."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Ingress(View, frozen=True):
    """``networking.k8s.io/v1`` Ingress."""

    metadata: ObjectMeta
    spec: IngressSpec = IngressSpec()
    status: IngressStatus = IngressStatus()


class IngressClassSpec(View, frozen=True):
    """``spec`` of an IngressClass."""

    controller: str = ""


class IngressClass(View, frozen=True):
    """``networking.k8s.io/v1`` IngressClass (cluster-scoped)."""

    metadata: ObjectMeta
    spec: IngressClassSpec = IngressClassSpec()


# -- core/v1 and discovery.k8s.io/v1 ------------------------------------------------------


class ServicePort(View, frozen=True):
    """One port of a Service."""

    port: int
    name: str | None = None
    target_port: PortRef | None = None
    protocol: str = "TCP"
    app_protocol: str | None = None


class ServiceSpec(View, frozen=True):
    """``spec`` of a Service."""

    type: str = "ClusterIP"
    selector: Labels | None = None
    ports: tuple[ServicePort, ...] | None = None
    external_name: str | None = None
    session_affinity: str = "None"


class Service(View, frozen=True):
    """``v1`` Service."""

    metadata: ObjectMeta
    spec: ServiceSpec = ServiceSpec()


class ObjectReference(View, frozen=True):
    """The object (a Pod, mostly) behind an endpoint."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class EndpointConditions(View, frozen=True):
    """``None`` means unknown, which the API says to read as ready and serving."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class SliceEndpoint(View, frozen=True):
    """One endpoint of an EndpointSlice."""

    addresses: tuple[str, ...] | None = None
    conditions: EndpointConditions = EndpointConditions()
    target_ref: ObjectReference | None = None


class EndpointPort(View, frozen=True):
    """A port of an EndpointSlice or of an Endpoints subset."""

    port: int | None = None
    name: str | None = None
    protocol: str = "TCP"
    app_protocol: str | None = None


class EndpointSlice(View, frozen=True):
    """``discovery.k8s.io/v1`` EndpointSlice; its Service is named by ``SERVICE_NAME_LABEL``."""

    metadata: ObjectMeta
    address_type: str = ""
    endpoints: tuple[SliceEndpoint, ...] | None = None
    ports: tuple[EndpointPort, ...] | None = None


SERVICE_NAME_LABEL = "kubernetes.io/service-name"


class EndpointAddress(View, frozen=True):
    """One address of an Endpoints subset."""

    ip: str = ""
    target_ref: ObjectReference | None = None


class EndpointSubset(View, frozen=True):
    """Addresses that share ports."""

    addresses: tuple[EndpointAddress, ...] | None = None
    not_ready_addresses: tuple[EndpointAddress, ...] | None = None
    ports: tuple[EndpointPort, ...] | None = None


class Endpoints(View, frozen=True):
    """``v1`` Endpoints (deprecated since Kubernetes 1.33); named like its Service."""

    metadata: ObjectMeta
    subsets: tuple[EndpointSubset, ...] | None = None


class Secret(View, frozen=True):
    """``v1`` Secret: ``data`` is base64 text, ``string_data`` plain; neither prints itself."""

    metadata: ObjectMeta
    type: str = "Opaque"
    data: dict[str, SecretBytes] | None = None
    string_data: dict[str, SecretBytes] | None = None
