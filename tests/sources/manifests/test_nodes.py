"""The careful reader resolves scalars as kubectl does, and survives hostile texts."""

import pytest

from ingress.sources.manifests.nodes import (
    MAX_ALIASED,
    MAX_DEPTH,
    InvalidYaml,
    Scalar,
    compose,
    line_of,
    resolve,
    value_of,
)


def read(text: str) -> object:
    (node,) = compose(text)
    return value_of(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("On", True), ("y", True), ("TRUE", True), ("true", True),
        ("no", False), ("off", False), ("N", False), ("False", False),
        ("~", None), ("null", None), ("", None),
        ("80", 80), ("-1", -1), ("+1", 1), ("0", 0), ("012", 10), ("0o12", 10), ("0x1F", 31),
        ("0b11", 3), ("-0x10", -16), ("1_000", 1000), ("08", 8.0),
        ("99999999999999999999999", 1e23),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1e400", "1e400"), ("9" * 500, "9" * 500),
        ("2020-01-01", "2020-01-01"), ("12:30", "12:30"), ("10.0.0.1", "10.0.0.1"), ("=", "="),
        ("1Gi", "1Gi"), ("-", "-"), ("trUe", "trUe"), (".inf", float("inf")),
    ],
)  # fmt: skip
def test_plain_scalars(text: str, value: object) -> None:
    assert resolve(Scalar(0, text, plain=True)) == value
    assert type(resolve(Scalar(0, text, plain=True))) is type(value)


@pytest.mark.parametrize("text", ["'yes'", '"80"', "!!str 80", "! 80", "|-\n  80"])
def test_what_is_no_plain_scalar_is_text(text: str) -> None:
    assert read(f"a: {text}") in ({"a": "yes"}, {"a": "80"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int '3'", 3),
        ("!!binary aGk=", "aGk="),
        ("!!timestamp 2020-01-01", "2020-01-01"),
        ("!!python/object/apply:os.system [echo]", ["echo"]),
        ("!Ref thing", "thing"),
    ],
)
def test_tags_are_never_obeyed(text: str, value: object) -> None:
    assert read(f"a: {text}") == {"a": value}


def test_merge_keys_and_aliases() -> None:
    text = "base: &b {x: 1, y: 2}\nother: &o {x: 3, z: 4}\na:\n  <<: [*b, *o]\n  y: 9\nb: *b"
    assert read(text) == {
        "base": {"x": 1, "y": 2},
        "other": {"x": 3, "z": 4},
        "a": {"x": 1, "z": 4, "y": 9},
        "b": {"x": 1, "y": 2},
    }


def test_keys_are_text() -> None:
    assert read("1: a\ntrue: b\non: c\n0x10: d") == {"1": "a", "true": "b", "on": "c", "16": "d"}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: 1\na: 2", "written twice", 2),
        ("? [1]\n: 2", "a key is text", 1),
        ("~: 2", "a key is text", 1),
        ("a: 1\n<<: 3", "<< takes", 2),
        ("<<: [3]", "<< takes", 1),
    ],
)
def test_what_no_mapping_may_hold(text: str, words: str, line: int) -> None:
    (node,) = compose(text)
    with pytest.raises(InvalidYaml, match=words) as caught:
        value_of(node)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c", 1),
        ("x: 1\na: [1, 2", 2),
        ("a: 1\n\tb: 2", 2),
        ("a: *nobody", 1),
        ("a: &a [*a]", 1),
        ("a: \x00", 1),
        ("a: '\ud800'", 1),
        ("%FOO\n---\n%", 3),
    ],
)
def test_what_is_no_yaml_has_a_line(text: str, line: int) -> None:
    with pytest.raises(InvalidYaml) as caught:
        compose(text)
    assert caught.value.line <= line + 1
    assert caught.value.message


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 300_000])
def test_deep_texts_are_refused(opening: str, closing: str, depth: int) -> None:
    # PyYAML's own composer recurses in C, and dies of the second one.
    with pytest.raises(InvalidYaml, match=r"deep|depth"):
        compose(opening * depth + closing * depth)


def test_laughs_by_the_billion_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(InvalidYaml, match=str(MAX_ALIASED)):
        compose("\n".join(lines))


def test_lines_of_fields() -> None:
    (node,) = compose("spec:\n  rules:\n    - host: a\n    -\n      host: b\n  tls: []\n")
    assert line_of(node, ("spec", "rules", 1, "host")) == 4
    assert line_of(node, ("spec", "rules", 0)) == 2
    assert line_of(node, ("spec", "tls")) == 5
    assert line_of(node, ("spec", "rules", 7, "host")) == 1
    assert line_of(node, ("spec", "nothing")) == 0
    assert line_of(node, ("spec", "tls", "deeper")) == 5
    assert line_of(node, ()) == 0
