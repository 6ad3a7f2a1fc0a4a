import pytest
from control.cluster.objects import NOW, build, ingress, inventory
from msgspec import structs

from ingress.compiler import build_snapshot
from ingress.control.cluster.notices import (
    CALM,
    FORGET,
    PER_OBJECT,
    REPEAT,
    WINDOW,
    Notice,
    Regarding,
    Series,
    notices,
)
from ingress.model.verdict import ObjectRef, Reason, Severity, verdict
from ingress.settings import CompilerOptions


def said(*found):
    """Return the notices of a Build that says this, beside what it always says here."""
    world = structs.replace(inventory(ingress()), verdicts=found)
    made = build_snapshot(world, CompilerOptions(), now=NOW)
    return [one for one in notices(made) if one.reason != Reason.SERVICE_MISSING]


def about(subject=ObjectRef("Ingress", "default", "web"), message="this", **more):  # noqa: B008
    return verdict(subject, Reason.INVALID_PATH, message=message, mend="write that", **more)


def test_a_notice_says_of_the_object_what_is_wrong_where_and_how_to_mend_it():
    (notice,) = notices(build(ingress(resourceVersion="7")))
    assert notice.reason == "ServiceMissing"
    assert notice.note.startswith("Service default/web is not there, so its routes answer 503; ")
    assert "; mend: create the Service" in notice.note
    assert notice.regarding == Regarding(
        api_version="networking.k8s.io/v1",
        kind="Ingress",
        namespace="default",
        name="web",
        uid="uid-web",
        resource_version="7",
        field_path="spec.rules[0].http.paths[0].backend.service.name",
    )
    assert notice.name.startswith("web.")


def test_services_are_spoken_of_too_and_what_the_cluster_has_not_is_not():
    found = build(ingress(), services=("web",))
    assert [(it.regarding.kind, it.regarding.uid, it.reason) for it in notices(found)] == [
        ("Service", "service-web", "NoReadyEndpoints")
    ]
    elsewhere = (ObjectRef("Secret", "default", "gone"), ObjectRef("File", "", "x"))
    assert said(*map(about, elsewhere)) == []


def test_what_is_only_worth_knowing_is_no_event():
    assert said(about(severity=Severity.INFO)) == []
    assert len(said(about(severity=Severity.WARNING))) == 1


def test_of_classes_that_may_not_be_read_nothing_is_said_to_others():
    foreign = ingress(ingress_class="nginx")
    (told,) = notices(build(foreign))
    assert told.reason == Reason.CLASS_MISSING
    dark = verdict(
        ObjectRef("IngressClass", "", "*"), Reason.NOT_PERMITTED, message="denied", mend="grant it"
    )
    world = structs.replace(inventory(foreign), ingress_classes={}, verdicts=(dark,))
    assert list(notices(build_snapshot(world, CompilerOptions(), now=NOW))) == []


def test_the_name_is_made_of_what_is_said():
    (one,), (same,), (other,) = said(about()), said(about()), said(about(message="that"))
    assert one.name == same.name != other.name
    (elsewhere,) = said(about(field=("spec", "rules", 1)))
    assert elsewhere.name != one.name


def test_names_and_notes_fit():
    (notice,) = notices(build(ingress("x" * 229 + "." + "y" * 20)))
    assert len(notice.name) <= 253
    assert ".." not in notice.name
    (notice,) = said(about(message="ä" * 2000))
    assert len(notice.note.encode()) <= 1024
    assert notice.note.endswith("ä…")


def notice(name: str, uid: str = "u") -> Notice:
    regarding = Regarding(
        api_version="v1", kind="Service", namespace="d", name="s", uid=uid, resource_version="1"
    )
    return Notice(name, regarding, "NoRules", "note")


def write(series: Series, *found: Notice, now: float) -> list[str]:
    due = series.due(found, now=now)
    for one in due:
        series.wrote(one, now=now)
    return [one.name for one in due]


A, B = notice("a"), notice("b")


def test_a_verdict_that_stands_is_said_once_and_again_within_the_hour():
    series = Series()
    assert write(series, A, B, now=0.0) == ["a", "b"]
    assert write(series, A, B, now=REPEAT - 1) == []
    assert write(series, A, now=REPEAT) == ["a"]


def test_one_that_comes_and_goes_is_not_said_each_time():
    series = Series()
    write(series, A, now=0.0)
    assert write(series, now=1.0) == []
    assert write(series, A, now=2.0) == []
    assert write(series, A, now=CALM) == ["a"]
    assert write(series, A, now=2 * CALM) == [], "it stands since"


def test_what_could_not_be_written_is_due_again():
    series = Series()
    assert series.due([A], now=0.0) == series.due([A], now=1.0) == [A]


def test_one_object_is_not_talked_to_death():
    series = Series()
    many = [notice(f"n{number}") for number in range(PER_OBJECT + 5)]
    other = notice("other", uid="v")
    assert len(write(series, *many, other, now=0.0)) == PER_OBJECT + 1
    assert write(series, *many, other, now=1.0) == []
    assert len(write(series, *many, other, now=WINDOW)) == 5


def test_what_is_long_over_is_forgotten():
    series = Series()
    write(series, A, now=0.0)
    assert write(series, now=FORGET) == []
    assert write(series, A, now=FORGET + 1) == ["a"]


@pytest.mark.parametrize("late", [FORGET - 1, FORGET + 100_000])
def test_what_stands_is_never_forgotten(late):
    series = Series()
    write(series, A, now=0.0)
    assert series.due([A], now=late) == [A]
