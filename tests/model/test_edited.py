import gc

from hypothesis import given
from hypothesis import strategies as st

from ingress.model.differing import differing
from ingress.model.edited import REMEMBERED, Edited

A, B, C = object(), object(), object()
OLD = Edited({"a": A}, {"b": B})


def test_it_is_the_map_before_but_for_its_edits():
    new = Edited(OLD, {"a": None, "b": C, "c": A, "d": None})
    assert new == {"b": C, "c": A}
    assert OLD == {"a": A, "b": B}


def test_it_knows_what_differs_from_each_of_its_ancestors():
    new = Edited(OLD, {"b": C})
    newest = Edited(new, {"c": C, "b": C})
    assert list(new.edited_since(OLD) or ()) == ["b"]
    assert list(newest.edited_since(new) or ()) == ["c", "b"]
    assert list(newest.edited_since(OLD) or ()) == ["b", "c"]


def test_of_others_it_knows_nothing():
    assert OLD.edited_since({"a": A}) is None
    assert Edited(OLD, {"b": C}).edited_since(Edited(OLD, {"b": C})) is None
    assert OLD.edited_since(Edited(OLD, {})) is None


def test_ancestors_that_nobody_holds_are_forgotten():
    newest = OLD
    for _ in range(100):
        newest = Edited(newest, {"b": C})
    gc.collect()
    newest = Edited(newest, {"b": A})
    assert list(newest.edited_since(OLD) or ()) == ["b"]
    assert len(newest._line) == 2


def test_what_it_knows_is_bounded():
    line = [OLD]
    for _ in range(100):
        line.append(Edited(line[-1], {"b": C}))
    assert len(line[-1]._line) == REMEMBERED + 1
    assert line[-1].edited_since(OLD) is None
    assert differing(OLD, line[-1]) == ["b"]


KEYS = st.sampled_from(["a", "b", "c", "d"])
EDITS = st.dictionaries(KEYS, st.none() | st.sampled_from([A, B, C]))


@given(st.lists(EDITS, min_size=1, max_size=12))
def test_along_any_history_what_differs_is_what_a_look_at_all_of_it_finds(history):
    line = [Edited({}, {})]
    for edits in history:
        line.append(Edited(line[-1], edits))
    for old in line:
        found = differing(old, line[-1])
        assert len(found) == len(set(found))
        assert set(found) == set(differing(dict(old), dict(line[-1])))
        assert found == sorted(found, key=lambda key: key not in line[-1])
