"""Views of Ingresses as written for ``extensions/v1beta1`` and ``networking.k8s.io/v1beta1``.

Source: the Kubernetes API reference, v1.21, the last that served them.
"""

from ingress.model.objects import (
    IngressTLS,
    ObjectMeta,
    PortRef,
    TypedLocalObjectReference,
    View,
)


class LegacyBackend(View, frozen=True):
    """``serviceName`` and ``servicePort``, or ``resource``."""

    service_name: str | None = None
    service_port: PortRef | None = None
    resource: TypedLocalObjectReference | None = None


class LegacyPath(View, frozen=True):
    """One path of a legacy rule."""

    path: str | None = None
    path_type: str | None = None
    backend: LegacyBackend | None = None


class LegacyRuleValue(View, frozen=True):
    """The paths of a legacy rule."""

    paths: tuple[LegacyPath, ...] | None = None


class LegacyRule(View, frozen=True):
    """A host and its paths."""

    host: str | None = None
    http: LegacyRuleValue | None = None


class LegacyIngressSpec(View, frozen=True):
    """``spec`` of a legacy Ingress; ``backend`` became ``defaultBackend`` in v1."""

    ingress_class_name: str | None = None
    backend: LegacyBackend | None = None
    rules: tuple[LegacyRule, ...] | None = None
    tls: tuple[IngressTLS, ...] | None = None


class LegacyIngress(View, frozen=True):
    """``extensions/v1beta1`` or ``networking.k8s.io/v1beta1`` Ingress, as written."""

    metadata: ObjectMeta
    api_version: str
    spec: LegacyIngressSpec = LegacyIngressSpec()
