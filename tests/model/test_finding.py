import msgspec

from ingress.model.finding import Location, finding, located
from ingress.model.verdict import ObjectRef, Reason, Severity, Verdict, verdict

VERDICT = verdict(
    ObjectRef("Ingress", "shop", "web"),
    Reason.INVALID_PATH,
    message="the path //x has an empty element",
    mend="write /x",
    field=("spec", "rules", 0),
)
PLAIN = {
    "subject": {"kind": "Ingress", "namespace": "shop", "name": "web"},
    "severity": "error",
    "reason": "InvalidPath",
    "message": "the path //x has an empty element",
    "mend": "write /x",
}


def test_a_finding_is_the_documented_json() -> None:
    found = finding(VERDICT, Location("web.yaml", 7))
    assert msgspec.to_builtins(found) == PLAIN | {"file": "web.yaml", "line": 7}


def test_a_finding_without_a_place_has_nulls() -> None:
    assert msgspec.to_builtins(finding(VERDICT)) == PLAIN | {"file": None, "line": None}


def test_a_file_name_that_is_not_utf_8_can_be_told_of() -> None:
    path = b"caf\xe9.yaml".decode(errors="surrogateescape")
    unreadable = verdict(
        ObjectRef("File", "", path), Reason.UNREADABLE_FILE, message=f"{path} is gone", mend="x"
    )
    found = finding(unreadable, Location(path))
    assert (found.file, found.subject.name) == ("caf\\udce9.yaml",) * 2
    assert found.message == "caf\\udce9.yaml is gone"
    assert msgspec.json.decode(msgspec.json.encode(found))["file"] == found.file


def test_findings_are_in_the_order_of_files_and_lines_the_worst_first() -> None:
    def about(name: str, severity: Severity = Severity.ERROR) -> Verdict:
        subject = ObjectRef("Ingress", "shop", name)
        return verdict(subject, Reason.NO_RULES, message=name, mend="", severity=severity)

    places = {
        "late": Location("a.yaml", 9),
        "mild": Location("a.yaml", 2),
        "bad": Location("a.yaml", 2),
        "other file": Location("b.yaml", 1),
    }
    verdicts = [about("other file"), about("late"), about("mild", Severity.INFO), about("bad")]
    found = located([*verdicts, about("no place")], lambda v: places.get(v.subject.name))
    names = ["no place", "bad", "mild", "late", "other file"]
    assert [f.subject.name for f in found] == names
