"""Files put together."""

from hypothesis import given
from hypothesis import strategies as st

from ingress.model.inventory import ObjectKey
from ingress.model.verdict import ObjectRef, Reason, Verdict
from ingress.sources.manifests.files import unreadable
from ingress.sources.manifests.merging import Merged, merge
from ingress.sources.manifests.reading import FileReading, read_file

WEB = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: %d}]}\n"


def files(texts: dict[str, str]) -> dict[str, FileReading]:
    return {name: read_file(name, text, namespace="default") for name, text in texts.items()}


def test_the_last_of_two_wins_and_both_places_are_told() -> None:
    merged = merge(Merged(), files({"a.yaml": WEB % 80, "b.yaml": f"\n{WEB % 81}"}), [])
    (service,) = merged.inventory.services.values()
    assert service.spec.ports is not None
    assert service.spec.ports[0].port == 81
    (said,) = merged.inventory.verdicts
    assert said.reason is Reason.DUPLICATE_OBJECT
    assert "a.yaml:1 and at b.yaml:2, which wins" in said.message
    place = merged.place_of(said)
    assert place is not None
    assert place.location().file == "b.yaml"


def test_equal_objects_from_another_reading_are_the_same() -> None:
    first = merge(Merged(), files({"a.yaml": WEB % 80}), [])
    again = merge(first, files({"moved.yaml": f"# c\n{WEB % 80}"}), [])
    assert again.inventory is first.inventory
    place = again.objects[ObjectRef("Service", "default", "web")].place
    assert place.location().file == "moved.yaml"


def test_verdicts_are_told_once_and_found_by_what_they_are_about() -> None:
    lost = unreadable("x", "gone")
    merged = merge(Merged(), files({"a.yaml": WEB % 80 + "what: 1"}), [lost, lost])
    assert [said.reason for said in merged.inventory.verdicts] == [
        Reason.UNREADABLE_FILE,
        Reason.UNKNOWN_FIELD,
    ]
    unknown: Verdict = merged.inventory.verdicts[1]
    place = merged.place_of(unknown)
    assert place is not None
    assert place.location(unknown.field).line == 5
    assert merged.place_of(lost) is None
    assert ObjectKey("default", "web") in merged.inventory.services


def test_an_object_written_twice_alike_is_no_mistake() -> None:
    merged = merge(Merged(), files({"a.yaml": WEB % 80, "b.yaml": f"\n{WEB % 80}"}), [])
    assert len(merged.inventory.services) == 1
    assert merged.inventory.verdicts == ()


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a.yaml", "b.yaml", "c.yaml"]),
            st.lists(st.tuples(st.sampled_from("xyz"), st.integers(80, 81)), max_size=3),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_history_comes_to_what_merging_at_once_does(
    history: list[dict[str, list[tuple[str, int]]]],
) -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: %d}]}\n"
    merged = Merged()
    for step in history:
        now = files({name: "---\n".join(text % o for o in step[name]) for name in sorted(step)})
        merged = merge(merged, now, [])
        at_once = merge(Merged(), now, [])
        assert merged.inventory == at_once.inventory
        assert {ref: e.place for ref, e in merged.objects.items()} == {
            ref: e.place for ref, e in at_once.objects.items()
        }
