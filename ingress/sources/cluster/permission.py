"""What the API server does not let us read: a verdict, with the rule that would let us."""

from typing import TypeGuard

from ingress.model.verdict import Reason, Severity, verdict
from ingress.sources.cluster.api import ApiError
from ingress.sources.cluster.kinds import INGRESS_CLASSES, SECRETS
from ingress.sources.cluster.listing import Scope
from ingress.sources.cluster.patience import Failure
from ingress.sources.fold import Say

_EFFECTS = {
    SECRETS: "so each Secret that an Ingress names is asked for by its name, every few seconds",
    INGRESS_CLASSES: "so only classes that --ingress-class names are ours",
}
_ELSE = "so what was known of them stays as it was"


def is_forbidden(failure: Failure) -> TypeGuard[ApiError]:
    """Tell whether it is a matter of permission."""
    return isinstance(failure, ApiError) and failure.status == 403


def not_permitted(scope: Scope, failure: ApiError) -> Say:
    """Say that a kind may not be listed or watched there."""
    effect = _EFFECTS.get(scope.kind, _ELSE)
    role = f"a Role of namespace {scope.namespace}" if scope.namespace else "a ClusterRole"
    said = verdict(
        scope.subject,
        Reason.NOT_PERMITTED,
        message=f"{scope} may not be listed, {effect}: {failure.message}",
        mend=f"grant list and watch on {scope.kind.plural} in {role}",
        # To read Secrets by name alone is a choice that one may well make.
        severity=Severity.INFO if scope.kind is SECRETS else None,
    )
    return Say(scope.subject, (said,))


def permitted(scope: Scope) -> Say:
    """Take back what ``not_permitted`` said."""
    return Say(scope.subject, ())
