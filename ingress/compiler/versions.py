"""Legacy Ingresses (``extensions/v1beta1``, ``networking.k8s.io/v1beta1``) read as v1 ones.

Verdicts point into the object as it was written, so each version brings its own field names.
Source: the Kubernetes deprecated API migration guide, v1.22.
"""

from typing import Final, NamedTuple

from ingress.model.legacy import LegacyBackend, LegacyIngress, LegacyPath, LegacyRule
from ingress.model.objects import (
    HTTPIngressPath,
    HTTPIngressRuleValue,
    Ingress,
    IngressBackend,
    IngressRule,
    IngressServiceBackend,
    IngressSpec,
    PortRef,
    ServiceBackendPort,
)
from ingress.model.verdict import FieldPath


class FieldNames(NamedTuple):
    """How a version calls the fields that v1 renamed; below ``backend`` but for the first."""

    default_backend: str
    service: FieldPath
    port_number: FieldPath
    port_name: FieldPath


V1: Final = FieldNames(
    "defaultBackend",
    ("service", "name"),
    ("service", "port", "number"),
    ("service", "port", "name"),
)
LEGACY: Final = FieldNames("backend", ("serviceName",), ("servicePort",), ("servicePort",))


def as_v1(written: LegacyIngress) -> Ingress:
    """Return what the API server's own conversion would make of a legacy Ingress."""
    spec = written.spec
    return Ingress(
        metadata=written.metadata,
        spec=IngressSpec(
            ingress_class_name=spec.ingress_class_name,
            default_backend=_backend(spec.backend),
            rules=tuple(_rule(rule) for rule in spec.rules or ()),
            tls=spec.tls,
        ),
    )


def _rule(rule: LegacyRule) -> IngressRule:
    if rule.http is None:
        return IngressRule(host=rule.host)
    paths = tuple(_path(path) for path in rule.http.paths or ())
    return IngressRule(host=rule.host, http=HTTPIngressRuleValue(paths=paths))


def _path(path: LegacyPath) -> HTTPIngressPath:
    # The legacy versions default the type; v1 demands it.
    path_type = path.path_type or "ImplementationSpecific"
    return HTTPIngressPath(path=path.path, path_type=path_type, backend=_backend(path.backend))


def _backend(backend: LegacyBackend | None) -> IngressBackend | None:
    if backend is None:
        return None
    if backend.service_name is None and backend.service_port is None:
        return IngressBackend(resource=backend.resource)
    service = IngressServiceBackend(
        name=backend.service_name or "", port=_port(backend.service_port)
    )
    return IngressBackend(service=service, resource=backend.resource)


def _port(port: PortRef | None) -> ServiceBackendPort | None:
    if port is None:
        return None
    if isinstance(port, int):
        return ServiceBackendPort(number=port)
    return ServiceBackendPort(name=port)
