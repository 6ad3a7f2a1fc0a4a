"""Texts become plain documents, and both readers agree."""

import json
from typing import Any

import pytest
import ryaml
from hypothesis import given
from hypothesis import strategies as st

from ingress.sources.manifests.documents import chunks, documents, first_line
from ingress.sources.manifests.nodes import InvalidYaml, compose, value_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# only a comment\n", []),
        ("---\n---\n", []),
        ("a: 1\n---\n# c\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: 1\n---\nb: 2", [{"a": 1}, {"b": 2}]),
        ("--- {a: 1}\n...\n", [{"a": 1}]),
        ("a: |\n  ---\n  x\n", [{"a": "---\nx\n"}]),
        ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
    ],
)
def test_documents_of_a_text(text: str, expected: list[Any]) -> None:
    assert [value for chunk in chunks(text) for value in documents(chunk.text)] == expected


def test_chunks_know_their_lines() -> None:
    text = "# one\n\na: 1\n--- # two\n\nb: 1\n---\n--- {c: 1}\n"
    assert [chunk.line for chunk in chunks(text)] == [0, 3, 6, 7]
    assert [first_line(chunk) for chunk in chunks(text)] == [2, 5, 6, 7]
    assert "".join(chunk.text for chunk in chunks(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: yes", {"a": True}),
        ("a: 'yes'", {"a": "yes"}),
        ("a: 0777", {"a": 511}),
        ("a: 1_000", {"a": 1000}),
        ("a: !!binary aGk=", {"a": "aGk="}),
        ("a: &x {b: 1}\nc: {<<: *x}", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: {b: 1}\nc: {<<: {d: 2}}", {"a": {"b": 1}, "c": {"d": 2}}),
        ("1: x", {"1": "x"}),
        ("a: 99999999999999999999999", {"a": 1e23}),
        ("a: ~\nb: {c: null, d: 1}", {"b": {"d": 1}}),
        ("a: 2020-01-01T00:00:00Z", {"a": "2020-01-01T00:00:00Z"}),
        ("a: [~]", {"a": [None]}),
        ("a: b & c!", {"a": "b & c!"}),
    ],
)
def test_the_fast_reader_asks_the_careful_one(text: str, expected: Any) -> None:
    assert documents(text) == [expected]


@pytest.mark.parametrize("text", ['{"a": %s}', '{"a": -%s}', '{"a": 1}\n{"a": [%s]}'])
def test_json_numbers_of_thousands_of_digits_are_refused(text: str) -> None:
    with pytest.raises(InvalidYaml, match="too many digits"):
        documents(text % ("9" * 5_000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": null}', [{"a": 1}]),
        ('---\n {"a": "\\ud83d\\ude00"}', [{"a": "\U0001f600"}]),
        ('{"a": 1}\n{"b": 2} ', [{"a": 1}, {"b": 2}]),
        ('{\n\t"a":\t"\\/"\n}', [{"a": "/"}]),
        ("{a: b}", [{"a": "b"}]),
        ('{"a": "yes"}', [{"a": "yes"}]),
    ],
)
def test_json(text: str, expected: list[Any]) -> None:
    assert documents(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1, "a": 2}', "written twice"),
        ('{"a": 1, "a": null}', "written twice"),
        ('{"a": NaN}', "knows no NaN"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"a": ' * 100_000, "deep"),
        ('{"a": 1', "delimiter"),
        ("a: 1\na: 2", "written twice"),
        ("a: b: c", "not allowed"),
        ("a: [", "expected"),
        ("[" * 300_000, "deep"),
        ("- " * 300_000, "deep"),
        ("a: " + "{a: " * 300_000, "deep"),
        ("a: &x " + "[" * 300_000, "deep"),
    ],
)
def test_what_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(InvalidYaml, match=words):
        documents(text)


def test_an_error_in_json_has_its_line() -> None:
    with pytest.raises(InvalidYaml) as caught:
        documents('{\n "a": 1,\n "b" 2\n}')
    assert (caught.value.line, caught.value.column) == (3, 6)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]))
    | st.sampled_from(["yes", "012", "1_0", "<<", "*x", "&x", "!x", "- a", "a: b", "~", "0x"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text("abyn0&", min_size=1), inner),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_both_readers_agree(value: object) -> None:
    text = ryaml.dumps({"key": value})
    (node,) = compose(text)
    assert documents(text) == [value_of(node)]


@given(VALUES)
def test_json_means_what_yaml_means(value: object) -> None:
    text = json.dumps({"key": value}, ensure_ascii=False)
    (node,) = compose(text)
    assert documents(text) == [value_of(node)]


@given(st.text("abc:- \n\t[]{}'\"&*!|>%#,?0123456789_xyesno.\\~<@`\r\ufeff\x85"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for chunk in chunks(text):
        try:
            found = documents(chunk.text)
        except InvalidYaml:
            continue
        assert isinstance(found, list)
