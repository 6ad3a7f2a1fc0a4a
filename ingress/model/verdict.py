"""What the compiler (or a source) says about an object: a user's mistake, named and mended."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec


class Severity(StrEnum):
    """How bad a verdict is; ``check`` exits 1 on errors, with ``--strict`` on warnings too."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ObjectRef(NamedTuple):
    """Names one Kubernetes object (or, with kind ``File``, one file by its path)."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {where}"


FieldPath = tuple[str | int, ...]
"""Where in an object: ``("spec", "rules", 0, "host")``."""


class Reason(StrEnum):
    """The closed list of reasons; docs/reasons.md is generated from it and ``REASONS``."""

    # reading
    NOT_PERMITTED = "NotPermitted"
    UNREADABLE_FILE = "UnreadableFile"
    INVALID_YAML = "InvalidYAML"
    INVALID_OBJECT = "InvalidObject"
    UNKNOWN_FIELD = "UnknownField"
    UNKNOWN_VERSION = "UnknownVersion"
    DUPLICATE_OBJECT = "DuplicateObject"
    LEGACY_VERSION = "LegacyVersion"
    # ownership
    CLASS_NOT_OURS = "ClassNotOurs"
    CLASS_MISSING = "ClassMissing"
    # rules
    INVALID_HOST = "InvalidHost"
    INVALID_PATH = "InvalidPath"
    INVALID_PATH_TYPE = "InvalidPathType"
    PATH_CONFLICT = "PathConflict"
    NO_RULES = "NoRules"
    INVALID_BACKEND = "InvalidBackend"
    RESOURCE_BACKEND = "ResourceBackend"
    # annotations
    INVALID_ANNOTATION = "InvalidAnnotation"
    UNKNOWN_ANNOTATION = "UnknownAnnotation"
    # backends
    SERVICE_MISSING = "ServiceMissing"
    SERVICE_PORT_MISSING = "ServicePortMissing"
    SERVICE_PORT_IS_TARGET_PORT = "ServicePortIsTargetPort"
    SELECTOR_MATCHES_NOTHING = "SelectorMatchesNothing"
    NO_READY_ENDPOINTS = "NoReadyEndpoints"
    INVALID_ENDPOINT = "InvalidEndpoint"
    # certificates
    SECRET_MISSING = "SecretMissing"  # noqa: S105 - a reason, not a secret
    SECRET_TYPE = "SecretType"  # noqa: S105 - a reason, not a secret
    SECRET_KEY_MISSING = "SecretKeyMissing"  # noqa: S105 - a reason, not a secret
    CERTIFICATE_INVALID = "CertificateInvalid"
    CERTIFICATE_KEY_MISMATCH = "CertificateKeyMismatch"
    CERTIFICATE_EXPIRED = "CertificateExpired"
    CERTIFICATE_NAME_MISMATCH = "CertificateNameMismatch"
    CERTIFICATE_CONFLICT = "CertificateConflict"


class ReasonDoc(NamedTuple):
    """The severity that a reason usually has, and one sentence for the documentation."""

    severity: Severity
    summary: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

REASONS: Mapping[Reason, ReasonDoc] = {
    Reason.NOT_PERMITTED: ReasonDoc(_W, "The API server does not let the controller read it."),
    Reason.UNREADABLE_FILE: ReasonDoc(_E, "The file cannot be opened or is not text."),
    Reason.INVALID_YAML: ReasonDoc(_E, "The file is not YAML or JSON; what it last held stays."),
    Reason.INVALID_OBJECT: ReasonDoc(_E, "A field has the wrong type; the object is left out."),
    Reason.UNKNOWN_FIELD: ReasonDoc(_E, "Kubernetes knows no such field, so it has no effect."),
    Reason.UNKNOWN_VERSION: ReasonDoc(_W, "A kind that is read here, in an unknown version."),
    Reason.DUPLICATE_OBJECT: ReasonDoc(_W, "The object is written more than once; the last wins."),
    Reason.LEGACY_VERSION: ReasonDoc(_I, "A version that clusters no longer serve; it is served."),
    Reason.CLASS_NOT_OURS: ReasonDoc(_I, "A cluster leaves the Ingress to another controller."),
    Reason.CLASS_MISSING: ReasonDoc(_W, "The named IngressClass is not there."),
    Reason.INVALID_HOST: ReasonDoc(_E, "The API server would refuse the host; its rule is lost."),
    Reason.INVALID_PATH: ReasonDoc(_E, "The API server would refuse the path; it alone is lost."),
    Reason.INVALID_PATH_TYPE: ReasonDoc(_E, "pathType is none of the three; the path is lost."),
    Reason.PATH_CONFLICT: ReasonDoc(_W, "An older object has the same host and path, and wins."),
    Reason.NO_RULES: ReasonDoc(_W, "The Ingress has neither rules nor a default backend."),
    Reason.INVALID_BACKEND: ReasonDoc(_E, "The backend names no Service or no port; 503."),
    Reason.RESOURCE_BACKEND: ReasonDoc(_E, "A backend of kind resource is not supported; 503."),
    Reason.INVALID_ANNOTATION: ReasonDoc(_E, "The annotation's value cannot be read."),
    Reason.UNKNOWN_ANNOTATION: ReasonDoc(
        _W, "It does nothing here; one that guards access closes its routes (503, an error)."
    ),
    Reason.SERVICE_MISSING: ReasonDoc(_E, "The Service is not there; its routes answer 503."),
    Reason.SERVICE_PORT_MISSING: ReasonDoc(_E, "The Service has no such port; 503."),
    Reason.SERVICE_PORT_IS_TARGET_PORT: ReasonDoc(
        _W, "The number is a targetPort, not a port, of the Service; accepted."
    ),
    Reason.SELECTOR_MATCHES_NOTHING: ReasonDoc(_E, "The selector finds no pods of any workload."),
    Reason.NO_READY_ENDPOINTS: ReasonDoc(_W, "The Service has no ready endpoint; 503."),
    Reason.INVALID_ENDPOINT: ReasonDoc(_E, "An endpoint's address or port is no good; left out."),
    Reason.SECRET_MISSING: ReasonDoc(_E, "The Secret is not there; another certificate is shown."),
    Reason.SECRET_TYPE: ReasonDoc(_E, "The Secret's type holds no TLS key pair."),
    Reason.SECRET_KEY_MISSING: ReasonDoc(_E, "The Secret lacks tls.crt or tls.key."),
    Reason.CERTIFICATE_INVALID: ReasonDoc(_E, "tls.crt or tls.key cannot be read."),
    Reason.CERTIFICATE_KEY_MISMATCH: ReasonDoc(_E, "tls.key is not the key of tls.crt."),
    Reason.CERTIFICATE_EXPIRED: ReasonDoc(_E, "The certificate is past its notAfter."),
    Reason.CERTIFICATE_NAME_MISMATCH: ReasonDoc(_W, "The certificate does not name the TLS host."),
    Reason.CERTIFICATE_CONFLICT: ReasonDoc(_W, "Another Ingress brings the host's certificate."),
}


class Verdict(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One finding: which object, how bad, why, and what to do about it.

    ``field`` is where in the object, for sources that can turn it into a file and a line.
    """

    subject: ObjectRef
    severity: Severity
    reason: Reason
    message: str
    mend: str
    field: FieldPath = ()


def verdict(
    subject: ObjectRef,
    reason: Reason,
    *,
    message: str,
    mend: str,
    field: FieldPath = (),
    severity: Severity | None = None,
) -> Verdict:
    """Make a verdict; its severity is the one that ``REASONS`` gives unless one is named."""
    return Verdict(
        subject=subject,
        severity=severity or REASONS[reason].severity,
        reason=reason,
        message=message,
        mend=mend,
        field=field,
    )
