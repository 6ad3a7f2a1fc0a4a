import pytest

from ingress.compiler.claims import ClassName
from ingress.compiler.ownership import CLASS_ANNOTATION, Ownership, class_name_of, ownership
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Ingress, IngressClass
from ingress.model.verdict import ObjectRef, Reason
from ingress.settings import CONTROLLER, CompilerOptions
from tests.compiler.worlds import read

SUBJECT = ObjectRef("Ingress", "default", "web")
OTHERS = "example.com/other"
NONE = ClassName(None, ("spec", "ingressClassName"))
CLUSTER = CompilerOptions()


def owners(*classes: tuple[str, str, str], options: CompilerOptions = CLUSTER) -> Ownership:
    """Read classes, given as name, controller and since when they are the default."""
    found = {}
    for name, controller, default_since in classes:
        metadata = {
            "name": name,
            "creationTimestamp": default_since,
            "annotations": {
                "ingressclass.kubernetes.io/is-default-class": "true" if default_since else "false"
            },
        }
        plain = {"metadata": metadata, "spec": {"controller": controller}}
        found[ObjectKey("", name)] = read(IngressClass, plain)
    return ownership(found, options)


OURS, THEIRS = ("ours", CONTROLLER, ""), ("nginx", OTHERS, "")


@pytest.mark.parametrize(
    ("name", "owned", "reason"),
    [
        ("ours", True, None),
        ("nginx", False, Reason.CLASS_NOT_OURS),
        ("ngnix", False, Reason.CLASS_MISSING),
        ("", False, Reason.CLASS_NOT_OURS),
        (None, False, Reason.CLASS_NOT_OURS),
    ],
)
def test_a_class_is_ours_by_its_controller(
    name: str | None, *, owned: bool, reason: Reason | None
) -> None:
    cluster = owners(OURS, THEIRS)
    files = owners(OURS, THEIRS, options=CompilerOptions(any_class=True))
    class_name = ClassName(name, ("spec", "ingressClassName"))
    assert cluster.owns(class_name) is owned
    assert files.owns(class_name)
    for found in (cluster, files):
        assert [said.reason for said in found.judge(SUBJECT, class_name)] == [reason] * bool(reason)


@pytest.mark.parametrize(
    ("classes", "default"),
    [
        ([], None),
        ([OURS], None),
        ([("old", OTHERS, "2026-01-01T00:00:00Z"), ("new", OTHERS, "2026-01-02T00:00:00Z")], "new"),
        ([("b", OTHERS, "2026-01-01T00:00:00Z"), ("a", OTHERS, "2026-01-01T00:00:00Z")], "a"),
    ],
)
def test_of_several_defaults_the_newest_counts_then_the_name(
    classes: list[tuple[str, str, str]], default: str | None
) -> None:
    assert owners(*classes).default == owners(*classes[::-1]).default == default


def test_who_names_no_class_gets_the_default_and_who_names_an_empty_one_does_not() -> None:
    found = owners(("ours", CONTROLLER, "2026-01-01T00:00:00Z"))
    assert found.owns(NONE)
    assert not found.owns(ClassName(""))


def test_classes_that_the_flag_names_are_the_only_ones_of_ours() -> None:
    found = owners(OURS, THEIRS, options=CompilerOptions(ingress_classes=("nginx",)))
    assert found.owns(ClassName("nginx"))
    assert not found.owns(ClassName("ours"))


def test_the_annotation_goes_before_the_field_and_needs_no_class() -> None:
    metadata = {"name": "web", "annotations": {CLASS_ANNOTATION: "traefik"}}
    plain = {"metadata": metadata, "spec": {"ingressClassName": "ours"}}
    class_name = class_name_of(read(Ingress, plain))
    assert class_name.name == "traefik"
    (said,) = owners(OURS).judge(SUBJECT, class_name)
    assert said.reason is Reason.CLASS_NOT_OURS
    assert said.field == ("metadata", "annotations", CLASS_ANNOTATION)
    assert said.mend == "write spec.ingressClassName: ours"


def test_files_without_classes_say_nothing_of_an_ingress_without_one() -> None:
    assert owners(options=CompilerOptions(any_class=True)).judge(SUBJECT, NONE) == ()
    (said,) = owners().judge(SUBJECT, NONE)
    assert said.mend.endswith(f"naming an IngressClass with controller: {CONTROLLER}")
