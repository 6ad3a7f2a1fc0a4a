"""One file: what an edit touches, what stays while it is broken, and where things are written."""

from ingress.model.finding import Location
from ingress.model.verdict import ObjectRef, Reason
from ingress.sources.manifests.documents import Chunk
from ingress.sources.manifests.reading import Entry, FileReading, Place, nodes_of, read_file

TEXT, OTHER_TEXT = '"80"', '"81"'
LISTED = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}"


def service(name: str, port: object = 80) -> str:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n"
        f"spec:\n  ports:\n    - port: {port}\n"
    )


def read(text: str, previous: FileReading | None = None) -> FileReading:
    return read_file("x.yaml", text, namespace="default", previous=previous)


def entry(reading: FileReading, name: str) -> Entry:
    (found,) = (entry for entry in reading.entries if entry.ref.name == name)
    return found


def test_documents_that_stay_are_the_same_objects() -> None:
    before = read(f"{service('a')}---\n{service('b')}")
    after = read(f"# moved\n---\n{service('b')}---\n{service('c')}", before)
    assert entry(after, "b").value is entry(before, "b").value
    assert [entry.ref.name for entry in after.entries] == ["b", "c"]
    assert entry(before, "b").place.location() == Location("x.yaml", 9)
    assert entry(after, "b").place.location() == Location("x.yaml", 3)


def test_a_broken_file_keeps_what_it_held() -> None:
    before = read(f"{service('a')}---\n{service('b')}")
    after = read(f"{service('c')}---\na: b: c\n", before)
    assert after.entries == before.entries
    ((said, place),) = after.verdicts
    assert said.reason is Reason.INVALID_YAML
    assert said.field == (9, 5)
    assert "line 9, column 5" in said.message
    assert place is None
    assert [entry.ref.name for entry in read(service("c"), after).entries] == ["c"]


def test_at_the_start_a_broken_document_hides_no_other() -> None:
    reading = read(f"{service('a')}---\na: b: c\n---\n{service('b')}")
    assert [entry.ref.name for entry in reading.entries] == ["a", "b"]
    assert len(reading.verdicts) == 1


def test_an_object_that_turns_bad_keeps_its_last_good_version() -> None:
    before = read(f"{service('a')}---\n{service('b')}")
    after = read(f"{service('a', TEXT)}---\n{service('b', 81)}", before)
    again = read(f"{service('a', OTHER_TEXT)}---\n{service('b', 81)}", after)
    assert entry(again, "a").value is entry(before, "a").value
    assert entry(again, "b").value != entry(before, "b").value
    ((said, place),) = again.verdicts
    assert said.reason is Reason.INVALID_OBJECT
    assert said.subject == ObjectRef("Service", "default", "a")
    assert place is not None
    assert place.location(said.field) == Location("x.yaml", 7)


def test_an_object_that_never_was_good_is_left_out() -> None:
    assert read(service("a", '"80"')).entries == ()


def test_objects_without_names_are_known_by_their_lines() -> None:
    nameless = "apiVersion: v1\nkind: Service\nmetadata: {}\n"
    said = [verdict for verdict, _ in read(f"{nameless}---\n{nameless}").verdicts]
    assert [verdict.field for verdict in said] == [(3,), (7,)]
    assert {verdict.subject for verdict in said} == {ObjectRef("File", "", "x.yaml")}


def test_places_in_lists_and_in_json() -> None:
    text = '# c\n{"kind": "List", "items": [\n {"a": 1},\n {"b":\n  [2]}]}'
    place = Place("x", Chunk(text, 10), 0, ("items", 1))
    assert place.location() == Location("x", 14)
    assert place.location(("b", 0)) == Location("x", 15)
    assert place.location(("nothing",)) == Location("x", 14)


def test_a_place_that_yaml_cannot_find_is_its_documents_first_line() -> None:
    place = Place("x", Chunk('\n{"a": "\\ud83d\\ude00"}', 0), 0, ())
    assert place.location(("a",)) == Location("x", 2)
    assert Place("x", Chunk("a: 1", 4), 3, ("b",)).location() == Location("x", 5)


def test_a_list_is_composed_once_for_all_that_is_said_of_it() -> None:
    nodes_of.cache_clear()
    reading = read("---\n".join(map(service, "abc")))
    lines = [each.place.location(("spec",)).line for each in reading.entries]
    assert lines == [5, 13, 21]
    listed = read(f"apiVersion: v1\nkind: List\nitems: [{', '.join([LISTED] * 50)}]\n")
    nodes_of.cache_clear()
    assert len([each.place.location(("spec",)) for each in listed.entries]) == 50
    assert nodes_of.cache_info().misses == 1
