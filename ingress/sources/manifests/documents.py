"""Text -> chunks -> plain documents: a fast reader first, a careful one where it matters.

A chunk is what stands between two ``---`` lines. It is read by itself, so that an edit costs the
document that it touches, and a broken document hides no other.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import ryaml

from ingress.sources.manifests.nodes import MAX_DEPTH, NO, YES, InvalidYaml, compose, value_of

_SEPARATOR: Final = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_DIRECTIVE: Final = re.compile(r"^%", re.MULTILINE)
_BEGINNING: Final = re.compile(r"(?:---)?\s*")
_SPACE: Final = re.compile(r"\s*")
_CONTENT: Final = re.compile(r"^(?!\s*(?:#.*)?$|---\s*(?:#.*)?$)", re.MULTILINE)
_ANCHOR_OR_TAG: Final = re.compile(r"(?:^|[\s\[{,:-])[&!]", re.MULTILINE)
_BRACKET: Final = re.compile(r"[\[\]{}]")
# Texts that YAML 1.1, which kubectl reads, takes for a boolean or a number where unquoted.
_WORDS: Final = frozenset(YES + NO)
_SUSPECT: Final = frozenset("yYnNoO+-.0123456789")
_NUMBER: Final = re.compile(r"[-+]?(?:0[0-9xXoObB]|[0-9.]*_)[0-9a-fA-F_]*")


class Chunk(NamedTuple):
    """A part of a file, and the line (0-based) that it begins on."""

    text: str
    line: int


def chunks(text: str) -> Iterator[Chunk]:
    """Split a text at its ``---`` lines; one with directives stays whole."""
    begin = line = 0
    if "%" not in text or not _DIRECTIVE.search(text):
        for separator in _SEPARATOR.finditer(text):
            end = separator.start()
            yield Chunk(text[begin:end], line)
            line += text.count("\n", begin, end)
            begin = end
    yield Chunk(text[begin:], line)


def first_line(chunk: Chunk) -> int:
    """Return the line (0-based) on which a chunk's first document begins."""
    content = _CONTENT.search(chunk.text)
    return chunk.line + (chunk.text.count("\n", 0, content.start()) if content else 0)


def _beginning(text: str) -> int:
    begin = _BEGINNING.match(text)
    assert begin is not None  # noqa: S101 - the pattern matches nothing, too
    return begin.end()


def documents(text: str) -> list[Any]:
    """Return the documents of a chunk as plain values, empty ones and nulls left out.

    Raises InvalidYaml. Tags are never obeyed: the worst that a document can become is text.
    """
    if text.startswith("{", _beginning(text)):
        try:
            return list(_json(text))
        except json.JSONDecodeError as error:
            return _careful_json(text, error)
    try:
        return [_checked(value) for value in _fast(text) if value is not None]
    except _Ambiguous:
        return [value_of(node) for node in compose(text)]


def _careful_json(text: str, error: json.JSONDecodeError) -> list[Any]:
    """Read a flow mapping of YAML, which looks like JSON, too; if it is neither, JSON was meant."""
    try:
        return [value_of(node) for node in compose(text)]
    except InvalidYaml:
        raise InvalidYaml(error.msg, line=error.lineno, column=error.colno) from None


class _Ambiguous(Exception):
    """The fast reader failed, or may have understood other than kubectl would."""


def _fast(text: str) -> list[Any]:
    if ("&" in text or "!" in text) and _ANCHOR_OR_TAG.search(text):
        raise _Ambiguous
    if _may_be_deep(text):
        raise _Ambiguous
    try:
        return ryaml.loads_all(text) or []  # type: ignore[attr-defined]
    except ValueError:
        raise _Ambiguous from None


def _may_be_deep(text: str) -> bool:
    """Tell whether brackets may be nested so deep that the fast reader would take for ever.

    Its time grows with the square of the depth: seconds for 100 KB of ``{a: ``, minutes for 400.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _checked(value: Any) -> Any:
    """Take the nulls out of a fresh value, in place: it is one of tens of thousands."""
    if type(value) is dict:
        _check_mapping(value)
    elif type(value) is list:
        for item in value:
            _checked(item)
    elif type(value) is str:
        _check_text(value)
    return value


def _check_mapping(mapping: dict[Any, Any]) -> None:
    nulls = []
    for key, value in mapping.items():
        if type(key) is not str or key == "<<":
            raise _Ambiguous
        if value is None:
            nulls.append(key)
        else:
            _checked(value)
    for key in nulls:
        del mapping[key]


def _check_text(text: str) -> None:
    if text[:1] in _SUSPECT and (text in _WORDS or _NUMBER.match(text)):
        raise _Ambiguous


# -- JSON ---------------------------------------------------------------------------------


def _json(text: str) -> Iterator[Any]:
    """Yield the objects of a text, one after the other, as kubectl takes them."""
    position = _beginning(text)
    while position < len(text):
        value, position = _decode(text, position)
        yield value
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]


def _decode(text: str, position: int) -> tuple[Any, int]:
    try:
        value, position = _JSON.raw_decode(text, position)
        # A lone surrogate ("\ud800") is a text that cannot be written down again.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise InvalidYaml("values are nested too deep") from None
    except json.JSONDecodeError:
        raise
    except UnicodeEncodeError:
        raise InvalidYaml("a \\u escape stands for half a character") from None
    except ValueError:  # what Python says of thousands of digits
        raise InvalidYaml("a number has too many digits") from None
    return value, position


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = {key: value for key, value in pairs if value is not None}
    if len(entries) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidYaml(f"the key {key!r} is written twice")
            seen.add(key)
    return entries


def _no_constant(name: str) -> Any:
    raise InvalidYaml(f"JSON knows no {name}")


_JSON: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
