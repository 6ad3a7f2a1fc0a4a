import io
import json

from ingress.cli.findings import as_annotations, as_json, as_text, summary
from ingress.cli.terminal import Printer
from ingress.model.finding import Location, finding
from ingress.model.verdict import ObjectRef, Reason, Severity, verdict

WEB = ObjectRef("Service", "default", "web")


def found(location=None, subject=WEB, severity=Severity.ERROR, message="is not there", mend="do"):
    made = verdict(subject, Reason.SERVICE_MISSING, message=message, mend=mend, severity=severity)
    return finding(made, location)


def written(form, *findings) -> str:
    out = io.StringIO()
    form(findings, Printer(out))
    return out.getvalue()


def test_text_is_two_lines_each():
    assert written(
        as_text,
        found(Location("a.yaml", 3)),
        found(Location("a.yaml")),
        found(subject=ObjectRef("IngressClass", "", "x")),
    ) == (
        "a.yaml:3  error  ServiceMissing  Service default/web  is not there\n  mend: do\n"
        "a.yaml  error  ServiceMissing  Service default/web  is not there\n  mend: do\n"
        "error  ServiceMissing  IngressClass x  is not there\n  mend: do\n"
    )


def test_json_is_one_list():
    (only,) = json.loads(written(as_json, found(Location("a.yaml", 3))))
    assert only == {
        "subject": {"kind": "Service", "namespace": "default", "name": "web"},
        "file": "a.yaml",
        "line": 3,
        "severity": "error",
        "reason": "ServiceMissing",
        "message": "is not there",
        "mend": "do",
    }
    assert json.loads(written(as_json)) == []


def test_annotations_are_escaped_so_that_none_can_pass_for_two():
    assert written(
        as_annotations, found(Location("a,b:c%.yaml", 3), message="50%\n::error::x\r")
    ) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=3,title=ServiceMissing::"
        "Service default/web: 50%25%0A::error::x%0D%0Amend: do\n"
    )
    assert written(as_annotations, found(severity=Severity.INFO)).startswith(
        "::notice title=ServiceMissing::"
    )
    assert written(as_annotations, found(severity=Severity.WARNING)).startswith("::warning ")


def test_text_is_never_obeyed_by_the_terminal():
    named = found(Location("a\n\x1b[31m\udcffé.yaml", 3), message="is \x1b[2J\u202e gone")
    assert written(as_text, named) == (
        "a\\n\\x1b[31m\\udcffé.yaml:3  error  ServiceMissing  Service default/web  "
        "is \\x1b[2J\\u202e gone\n  mend: do\n"
    )


def test_the_summary_counts():
    printer = Printer(io.StringIO())
    warning = found(severity=Severity.WARNING)
    assert summary([found(), warning, warning], printer) == "1 error, 2 warnings"
    assert summary([], printer) == ""
