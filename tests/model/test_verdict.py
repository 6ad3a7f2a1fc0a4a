import pytest

from ingress.model.verdict import (
    REASONS,
    ObjectRef,
    Reason,
    Severity,
    describe_field,
    verdict,
)

INGRESS = ObjectRef("Ingress", "default", "web")


def test_every_reason_is_documented():
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_the_severity_is_the_reasons(reason):
    found = verdict(INGRESS, reason, message="m", mend="n")
    assert (found.severity, found.field) == (REASONS[reason].severity, ())


def test_another_severity_may_be_named():
    found = verdict(
        INGRESS, Reason.NO_RULES, message="m", mend="n", field=("spec",), severity=Severity.INFO
    )
    assert (found.severity, found.field) == (Severity.INFO, ("spec",))


def test_objects_are_named_with_their_kind():
    assert str(INGRESS) == "Ingress default/web"
    assert str(ObjectRef("IngressClass", "", "ours")) == "IngressClass ours"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ((), ""),
        (("spec",), "spec"),
        (
            ("spec", "rules", 0, "http", "paths", 12, "pathType"),
            "spec.rules[0].http.paths[12].pathType",
        ),
        (("metadata", "annotations", "a.b/c"), "metadata.annotations[a.b/c]"),
        (("data", "tls.crt"), "data[tls.crt]"),
        (("ports", ""), "ports[]"),
    ],
)
def test_a_field_is_written_as_kubernetes_does(field, text):
    assert describe_field(field) == text
