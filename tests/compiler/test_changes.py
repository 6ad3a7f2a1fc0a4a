from types import MappingProxyType

import pytest

from ingress.compiler.changes import edited, reindexed
from ingress.model.differing import differing
from ingress.model.inventory import ObjectKey

A, B = ObjectKey("default", "a"), ObjectKey("default", "b")
ONE, TWO = [1], [2]  # equal lists are not the same object, as objects read anew are not


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({}, {"a": ONE}, {"a"}),
        ({"a": ONE}, {}, {"a"}),
        ({"a": ONE}, {"a": ONE}, set()),
        ({"a": ONE}, {"a": [1]}, {"a"}),
        ({"a": ONE, "b": TWO}, {"a": TWO, "c": TWO}, {"a", "b", "c"}),
        ({}, {"a": None}, {"a"}),
    ],
)
def test_keys_change_with_the_identity_of_their_values(old, new, changed) -> None:
    assert set(differing(old, new)) == changed
    assert differing(new, new) == []


@pytest.mark.parametrize("edits", [{}, {"a": [1]}, {"c": None}])
def test_edits_that_change_nothing_return_the_map_itself(edits) -> None:
    before = {"a": ONE, "b": TWO}
    assert edited(before, edits) is before


def test_edits_mutate_nothing_and_share_what_they_do_not_change() -> None:
    before = MappingProxyType({"a": ONE, "b": TWO})
    after = edited(before, {"a": [1], "b": None, "c": [3]})
    assert after == {"a": [1], "c": [3]}
    assert after["a"] is ONE
    assert before == {"a": ONE, "b": TWO}


def test_an_index_follows_its_members_from_group_to_group() -> None:
    index, touched = reindexed({}, [(A, {}, {"x": 1}), (B, {}, {"x": 2, "y": 3})])
    assert index == {"x": {A: 1, B: 2}, "y": {B: 3}}
    assert touched == {"x", "y"}
    after, touched = reindexed(index, [(B, {"x": 2, "y": 3}, {"x": 2, "z": 3})])
    assert after == {"x": {A: 1, B: 2}, "z": {B: 3}}
    assert touched == {"y", "z"}
    assert after["x"] is index["x"]


def test_who_says_the_same_as_before_touches_nothing() -> None:
    index = {"x": {A: [1]}}
    after, touched = reindexed(index, [(A, {"x": [1]}, {"x": [1]})])
    assert after is index
    assert touched == set()
