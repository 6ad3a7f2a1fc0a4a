"""The careful YAML reader: every value with its line, resolved as kubectl resolves it.

It is an order of magnitude slower than ``documents``' fast reader, and is asked only where the
two could differ, where the fast one failed, and for the line of a field.

It works on libyaml's events, not on PyYAML's composed nodes: that composer recurses in C, and a
few hundred thousand brackets kill the process.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

MAX_DEPTH: Final = 100
"""How deep values may be nested; the deepest field of a Kubernetes object is about 25 deep."""
MAX_ALIASED: Final = 100_000
"""How many values the aliases of one document may stand for ("billion laughs")."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG: Final = "tag:yaml.org,2002:"


class InvalidYaml(Exception):
    """A text that is no YAML: what is wrong, and where (1-based)."""

    def __init__(self, message: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


class Scalar(NamedTuple):
    """A text with its line (0-based); only a plain one may mean a number, true or null."""

    line: int
    text: str
    plain: bool
    tag: str | None = None


class Sequence(NamedTuple):
    """A list; ``size`` counts the values in it, aliases expanded."""

    line: int
    items: "list[Node]"
    size: int


class Mapping(NamedTuple):
    """A mapping, as its pairs were written."""

    line: int
    pairs: "list[tuple[Node, Node]]"
    size: int


Node: TypeAlias = Scalar | Sequence | Mapping


def compose(text: str) -> list[Node]:
    """Return the documents of a text, empty ones left out; raises InvalidYaml."""
    try:
        # One event after the other: on deep nesting libyaml's time grows with its square, so it
        # must not get past the depth that is refused.
        nodes = list(_Composer(yaml.parse(text, Loader=_LOADER)).documents())
    except yaml.MarkedYAMLError as error:
        raise _invalid(error) from None
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidYaml(str(error).splitlines()[0]) from None
    return [node for node in nodes if not _is_empty(node)]


def _invalid(error: yaml.MarkedYAMLError) -> InvalidYaml:
    mark = error.problem_mark or error.context_mark
    message = ", ".join(part for part in (error.problem, error.context) if part)
    if mark is None:
        return InvalidYaml(message)
    return InvalidYaml(message, line=mark.line + 1, column=mark.column + 1)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and not node.text


class _Composer:
    """Makes nodes of events; anchors live as long as their document."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Node] = {}
        self._aliased = 0

    def documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, NodeEvent):
                yield self._node(event, 0)
                self._anchors.clear()
                self._aliased = 0

    def _node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _at(event, f"values are nested more than {MAX_DEPTH} deep")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        node = self._new(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _new(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line
        if isinstance(event, ScalarEvent):
            return Scalar(line, event.value, not event.style, event.tag)
        if isinstance(event, SequenceStartEvent):
            items = list(self._children(depth))
            return Sequence(line, items, 1 + sum(map(_size, items)))
        assert isinstance(event, MappingStartEvent)  # noqa: S101 - no other event is a node
        children = list(self._children(depth))
        pairs = list(zip(children[::2], children[1::2], strict=True))
        return Mapping(line, pairs, 1 + sum(map(_size, children)))

    def _children(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                return
            yield self._node(event, depth + 1)

    def _alias(self, event: Any) -> Node:
        # An anchor is known only once its value is complete, so a value can't contain itself.
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _at(event, f"the alias *{event.anchor} names nothing that was written before it")
        self._aliased += _size(node)
        if self._aliased > MAX_ALIASED:
            raise _at(event, f"aliases stand for more than {MAX_ALIASED} values")
        return node


def _at(event: Any, message: str) -> InvalidYaml:
    mark = event.start_mark
    return InvalidYaml(message, line=mark.line + 1, column=mark.column + 1)


def _size(node: Node) -> int:
    return 1 if isinstance(node, Scalar) else node.size


# -- values -------------------------------------------------------------------------------


def value_of(node: Node) -> Any:
    """Return the plain value that kubectl would see; nulls in mappings are left out.

    Raises InvalidYaml for a key that is written twice or is no text.
    """
    if isinstance(node, Scalar):
        return resolve(node)
    if isinstance(node, Sequence):
        return [value_of(item) for item in node.items]
    return {k: v for k, v in _entries(node).items() if v is not None}


def _entries(node: Mapping) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, value in node.pairs:
        if isinstance(key, Scalar) and key.plain and key.text == "<<":
            merged = _merged(value) | merged
            continue
        name = _key(key)
        if name in entries:
            raise InvalidYaml(f"the key {name!r} is written twice", line=key.line + 1)
        entries[name] = value_of(value)
    return merged | entries


def _merged(node: Node) -> dict[str, Any]:
    if isinstance(node, Mapping):
        return _entries(node)
    if isinstance(node, Scalar) and resolve(node) is None:
        return {}
    if not isinstance(node, Sequence) or not all(isinstance(n, Mapping) for n in node.items):
        raise InvalidYaml("<< takes a mapping or a list of mappings", line=node.line + 1)
    merged: dict[str, Any] = {}
    for item in reversed(node.items):
        merged |= _merged(item)
    return merged


def _key(node: Node) -> str:
    if not isinstance(node, Scalar):
        raise InvalidYaml("a key is text", line=node.line + 1)
    value = resolve(node)
    if value is None:
        raise InvalidYaml("a key is text, and this one is empty", line=node.line + 1)
    # Go's encoder writes a key that is a number or true in one way; on and yes stay themselves.
    if isinstance(value, bool) and node.text.lower() in ("true", "false"):
        return node.text.lower()
    return str(value) if type(value) is int else node.text


YES: Final = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")
NO: Final = ("n", "N", "no", "No", "NO", "off", "Off", "OFF")
"""What YAML 1.1 takes for booleans and YAML 1.2 for text."""

_WORDS: Final[dict[str, bool | float | None]] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"), None)
    | dict.fromkeys((*YES, "true", "True", "TRUE"), True)
    | dict.fromkeys((*NO, "false", "False", "FALSE"), False)
    | dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf"))
    | dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf"))
    | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
)
_INT: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MAX_DIGITS: Final = 400


def resolve(node: Scalar) -> Any:
    """Return what a scalar means to the YAML 1.1 reader inside kubectl (sigs.k8s.io/yaml)."""
    if node.tag not in (None, *_RESOLVED_TAGS) or (node.tag is None and not node.plain):
        return node.text
    if node.text in _WORDS:
        return _WORDS[node.text]
    return _number(node.text) if node.text[0] in "+-.0123456789" else node.text


_RESOLVED_TAGS: Final = tuple(_TAG + name for name in ("int", "float", "bool", "null"))


def _number(text: str) -> Any:
    digits = text.replace("_", "")
    if len(digits) > _MAX_DIGITS:
        return text
    if _INT.fullmatch(digits):
        integer = _integer(digits)
        return integer if -(2**63) <= integer < 2**64 else float(integer)
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        return text if number in (float("inf"), float("-inf")) else number
    return text


def _integer(digits: str) -> int:
    body = digits.lstrip("+-").lower()
    base = 8 if body[0] == "0" and body[1:].isdigit() else 0
    return int(body, base) * (-1 if digits[0] == "-" else 1)


# -- lines --------------------------------------------------------------------------------


def line_of(node: Node, path: tuple[str | int, ...]) -> int:
    """Return the line (0-based) of a field, or of the deepest part of its path that exists."""
    line = node.line
    for step in path:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Node, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step].line, node.items[step]
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            if isinstance(key, Scalar) and key.text == step:
                return key.line, value
    return None
