import pytest

from ingress.model.verdict import Severity
from ingress.sources.cluster.api import ApiError, ApiUnreachable
from ingress.sources.cluster.kinds import INGRESS_CLASSES, INGRESSES, SECRETS
from ingress.sources.cluster.listing import Scope
from ingress.sources.cluster.permission import is_forbidden, not_permitted, permitted

REFUSED = ApiError(403, reason="Forbidden", message="you cannot")


@pytest.mark.parametrize(
    ("scope", "severity", "message", "mend"),
    [
        (Scope(INGRESSES, "shop"), Severity.WARNING, "stays as it was", "a Role of namespace shop"),
        (
            Scope(INGRESS_CLASSES),
            Severity.WARNING,
            "--ingress-class",
            "ingressclasses in a Cluster",
        ),
        (Scope(SECRETS, "shop"), Severity.INFO, "asked for by its name", "list and watch on secre"),
    ],
)
def test_what_is_missing_is_named_with_its_mend(scope, severity, message, mend):
    said = not_permitted(scope, REFUSED)
    (verdict,) = said.verdicts
    assert verdict.severity == severity
    assert message in verdict.message
    assert "you cannot" in verdict.message
    assert mend in verdict.mend
    assert permitted(scope).subject == said.subject == verdict.subject
    assert permitted(scope).verdicts == ()


def test_only_a_403_is_a_matter_of_permission():
    assert is_forbidden(REFUSED)
    assert not is_forbidden(ApiError(401, reason="", message=""))
    assert not is_forbidden(ApiUnreachable("away"))
