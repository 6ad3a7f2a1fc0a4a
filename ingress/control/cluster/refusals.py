"""Which verdicts refuse an Ingress at admission, and which only warn: the whole table.

Refused is what no other object can mend: it will be as wrong tomorrow as it is now. What another
object may bring, or take away, is admitted with a warning: manifests come in any order.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ingress.model.verdict import Reason, Severity, Verdict


class Ruling(NamedTuple):
    """Whether a reason refuses, where it is an error, and why."""

    refused: bool
    why: str


def _refused(why: str) -> Ruling:
    return Ruling(refused=True, why=why)


def _admitted(why: str) -> Ruling:
    return Ruling(refused=False, why=why)


RULINGS: Final[Mapping[Reason, Ruling]] = {
    Reason.INVALID_HOST: _refused("the rule is lost, whatever else is there"),
    Reason.INVALID_PATH: _refused("the path is lost, whatever else is there"),
    Reason.INVALID_PATH_TYPE: _refused("the path is lost, whatever else is there"),
    Reason.INVALID_BACKEND: _refused("it names nothing that could ever answer"),
    Reason.RESOURCE_BACKEND: _refused(
        "no resource is ever served here, so it answers 503 for good"
    ),
    Reason.INVALID_ANNOTATION: _refused("what was meant would silently not be done"),
    Reason.UNKNOWN_ANNOTATION: _refused(
        "as an error: it guards access, and closes every route of its own"
    ),
    Reason.UNREADABLE_FILE: _admitted("files are none of an API server's"),
    Reason.INVALID_YAML: _admitted("files are none of an API server's"),
    Reason.INVALID_OBJECT: _admitted("the API server has checked the types"),
    Reason.UNKNOWN_FIELD: _admitted("the API server has dropped them, or refused (--validate)"),
    Reason.UNKNOWN_VERSION: _admitted(
        "the API server sends only the version that it was asked for"
    ),
    Reason.DUPLICATE_OBJECT: _admitted("a cluster holds each object once"),
    Reason.LEGACY_VERSION: _admitted("no cluster serves them"),
    Reason.NOT_PERMITTED: _admitted("it is about our own rights"),
    Reason.CLASS_NOT_OURS: _admitted("it is another controller's to judge"),
    Reason.CLASS_MISSING: _admitted("the IngressClass may come later"),
    Reason.PATH_CONFLICT: _admitted("the other Ingress may go, and the older one is served"),
    Reason.NO_RULES: _admitted("it does no harm"),
    Reason.SERVICE_MISSING: _admitted("the Service may come later"),
    Reason.SERVICE_PORT_MISSING: _admitted("the Service may change"),
    Reason.SERVICE_PORT_IS_TARGET_PORT: _admitted("it is served"),
    Reason.SELECTOR_MATCHES_NOTHING: _admitted("it is about the Service"),
    Reason.NO_READY_ENDPOINTS: _admitted("pods may come later"),
    Reason.INVALID_ENDPOINT: _admitted("it is about the Service and its endpoints"),
    Reason.SECRET_MISSING: _admitted("the Secret may come later"),
    Reason.SECRET_TYPE: _admitted("it is about the Secret"),
    Reason.SECRET_KEY_MISSING: _admitted("it is about the Secret"),
    Reason.CERTIFICATE_INVALID: _admitted("it is about the Secret"),
    Reason.CERTIFICATE_KEY_MISMATCH: _admitted("it is about the Secret"),
    Reason.CERTIFICATE_EXPIRED: _admitted("it is about the Secret"),
    Reason.CERTIFICATE_NAME_MISMATCH: _admitted("the Secret may change, and it is served"),
    Reason.CERTIFICATE_CONFLICT: _admitted("the other Ingress may go, and the older one is served"),
}


def refuses(verdict: Verdict) -> bool:
    """Tell whether a verdict is a reason to refuse the Ingress that it is about."""
    return verdict.severity is Severity.ERROR and RULINGS[verdict.reason].refused
