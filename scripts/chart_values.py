"""The chart's values, which values.yaml says: as the README's tables, and held against the schema.

A comment that starts with ``# --`` documents the key below it, whole; a single line of comment with
an empty one after it is a heading. ``make format`` writes the tables.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from scripts.tree import ROOT

CHART: Final = ROOT / "charts" / "aiohttp-ingress"

_BEGIN: Final = "<!-- Written by `make format` from values.yaml. -->"
_END: Final = "<!-- End of what is written. -->"
_KEY: Final = re.compile(r"( *)([\w.-]+):")
_COMMENT: Final = re.compile(r" *# (-- )?(.*)")

Values = Mapping[str, Any]


class Value(NamedTuple):
    """A documented value: its path, its default, what it is for, and the heading above it."""

    path: tuple[str, ...]
    default: Any
    doc: str
    heading: str


def documented(text: str) -> Iterator[Value]:
    """Yield the values that have a ``# --`` comment, in their order."""
    defaults = yaml.safe_load(text)
    heading, doc, path = "", list[str](), list[str]()
    lines = ["", *text.splitlines(), ""]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if comment := _COMMENT.fullmatch(line):
            if comment[1] or doc:
                doc.append(comment[2])
            elif not (after or _COMMENT.fullmatch(before)):
                heading = comment[2]
        elif key := _KEY.match(line):
            path[len(key[1]) // 2 :] = [key[2]]
            if doc:
                yield Value(tuple(path), _at(defaults, path), " ".join(doc), heading)
            doc = []


def undocumented(values: Values, known: set[tuple[str, ...]]) -> Iterator[str]:
    """Yield the values that no comment documents, neither theirs nor one of an object above."""
    for path, value, _ in _walk(values, {}, known):
        if not (isinstance(value, dict) and value):
            yield f"values.yaml: {'.'.join(path)} has no `# --` comment"


def unsaid(values: Values, schema: Values, known: set[tuple[str, ...]]) -> Iterator[str]:
    """Yield what the schema allows and values.yaml does not say."""
    for path, value, allowed in [((), values, schema), *_walk(values, schema, known)]:
        said = value.keys() if isinstance(value, dict) else set()
        for name in allowed.get("properties", {}).keys() - said - {"global"}:
            yield f"values.schema.json: values.yaml says nothing of {'.'.join((*path, name))}"


def with_tables(page: str, values: Iterator[Value]) -> str:
    """Return the page with its tables as they should be; raises ValueError if it has no place."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"the README has no place for the tables: {_BEGIN} … {_END}")
    return "\n".join([before + begin, *_tables(values), end + after])


def _tables(values: Iterator[Value]) -> Iterator[str]:
    heading = ""
    for value in values:
        if value.heading != heading:
            heading = value.heading
            yield f"\n### {heading}\n\n| value | default | |\n|---|---|---|"
        default = json.dumps(value.default, ensure_ascii=False)
        yield f"| `{'.'.join(value.path)}` | `{default}` | {value.doc} |"
    yield ""


def _walk(
    values: Values, schema: Values, known: set[tuple[str, ...]], *, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Values]]:
    """Yield path, value and schema of what is below, except what a comment documents."""
    for name, value in values.items():
        path, allowed = (*above, name), schema.get("properties", {}).get(name, {})
        if path not in known:
            yield path, value, allowed
            if isinstance(value, dict):
                yield from _walk(value, allowed, known, above=path)


def _at(values: Any, path: list[str]) -> Any:
    for name in path:
        values = values[name]
    return values


def readme(chart: Path = CHART) -> str:
    """Return the chart's README as it should be."""
    values = documented((chart / "values.yaml").read_text(encoding="utf-8"))
    return with_tables((chart / "README.md").read_text(encoding="utf-8"), values)


if __name__ == "__main__":
    (CHART / "README.md").write_text(readme(), encoding="utf-8")
