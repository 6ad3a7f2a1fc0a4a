"""Problems become verdicts, and field paths are written as people write them."""

from ingress.model.verdict import ObjectRef, Reason, Severity
from ingress.sources.manifests.problem import Problem, written


def test_a_problem_is_a_verdict_about_its_subject() -> None:
    subject = ObjectRef("Ingress", "default", "web")
    said = Problem(Reason.UNKNOWN_FIELD, "message", "mend", ("spec", "x")).about(subject)
    assert (said.subject, said.severity, said.field) == (subject, Severity.ERROR, ("spec", "x"))


def test_paths() -> None:
    assert written(("spec", "rules", 0, "host")) == "spec.rules[0].host"
    assert written(()) == ""
