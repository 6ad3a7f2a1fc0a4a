from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.model.differing import differing

A, B, C = object(), object(), object()
OLD = {"a": A, "b": B}


def plainly(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return {key for key in old.keys() | new.keys() if old.get(key) is not new.get(key)}


@pytest.mark.parametrize(
    ("new", "keys"),
    [
        (OLD, []),
        (dict(OLD), []),
        (OLD | {"b": C}, ["b"]),
        (OLD | {"c": C}, ["c"]),
        (OLD | {"a": C, "c": C}, ["a", "c"]),
        ({"b": B, "a": A}, []),
        ({"a": C}, ["a", "b"]),
        ({}, ["a", "b"]),
        ({"c": C, "b": B}, ["c", "a"]),
    ],
)
def test_which_keys(new, keys):
    assert differing(OLD, new) == keys


KEYS = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.sampled_from([A, B, C])


@given(st.dictionaries(KEYS, VALUES), st.lists(st.tuples(KEYS, st.none() | VALUES)))
def test_any_edits(old, edits):
    new = dict(old)
    for key, value in edits:
        new.pop(key, None) if value is None else new.update({key: value})
    found = differing(old, new)
    assert len(found) == len(set(found))
    assert set(found) == plainly(old, new)
