"""Finds the legacy Ingresses of a text and rewrites them in place."""

from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ingress.cli.conversion.data import LEGACY, NAME, PORT, V1, converted
from ingress.cli.conversion.edits import Edits, Pair

_NULL: Final = "tag:yaml.org,2002:null"
_INT: Final = "tag:yaml.org,2002:int"


class ConversionError(Exception):
    """A text that cannot be converted; ``line`` is 1-based, ``None`` where it is not known."""

    def __init__(self, message: str, *, mend: str, line: int | None = None) -> None:
        super().__init__(message)
        self.mend = mend
        self.line = line


def convert(text: str) -> str:
    """Return the text with every legacy Ingress rewritten for v1; all else stays as it is.

    Raises ConversionError where it is not YAML, or cannot be rewritten in place.
    """
    edits = Edits(text)
    try:
        for document in YAML(typ="rt", pure=True).compose_all(text):
            _Rewriter(edits).document(document)
        result = edits.applied()
        if result != text:
            _prove(text, result)
    except (YAMLError, YAMLStreamError) as error:
        raise _not_yaml(error) from error
    except RecursionError:
        raise ConversionError(
            "values are nested too deep", mend="write them flat, and no anchor inside itself"
        ) from None
    return result


def _prove(text: str, result: str) -> None:
    if _load(result) != [converted(document) for document in _load(text)]:
        raise ConversionError(
            "a legacy Ingress cannot be rewritten in place",
            mend="write it without anchors, merges and repeated keys",
        )


def _load(text: str) -> list[Any]:
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True
    return list(yaml.load_all(text))


def _not_yaml(error: Exception) -> ConversionError:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    problem = error.problem if isinstance(error, MarkedYAMLError) else str(error).splitlines()[0]
    return ConversionError(
        f"this is not YAML: {problem}",
        mend="mend the syntax (a template must be rendered first)",
        line=mark.line + 1 if mark else None,
    )


class _Rewriter:
    """Walks one document; nodes that aliases lead to again are rewritten once."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        self._seen: set[int] = set()

    def document(self, node: Node | None) -> None:
        kind = _text(node, "kind")
        if kind == "List":
            for item in _items(_value(node, "items")):
                self.document(item)
        elif kind == "Ingress" and _text(node, "apiVersion") in LEGACY and self._is_new(node):
            self._ingress(node)

    def _ingress(self, node: Node | None) -> None:
        spec = _value(node, "spec")
        if version := _pair(node, "apiVersion"):
            self._edits.replace(version.value, V1)
        if backend := _pair(spec, "backend"):
            _refuse_both("backend", "defaultBackend", within=spec)
            self._edits.replace(backend.key, "defaultBackend")
            self._backend(backend.value)
        for rule in _items(_value(spec, "rules")):
            for path in _items(_value(_value(rule, "http"), "paths")):
                if isinstance(path, MappingNode) and path.value and self._is_new(path):
                    self._path_type(path)
                    self._backend(_value(path, "backend"))

    def _path_type(self, path: MappingNode) -> None:
        """Say what v1beta1 let users leave out, and v1 does not."""
        pair = _pair(path, "pathType")
        if pair is None:
            self._add_path_type(path)
        elif pair.value.tag == _NULL or not pair.value.value:
            quote = self._edits.quote(pair.key)
            self._edits.fill(pair, f"{quote}ImplementationSpecific{quote}")

    def _add_path_type(self, path: MappingNode) -> None:
        pair = _pair(path, "backend") or Pair(*path.value[0])
        key, quote = pair.key, self._edits.quote(pair.key)
        margin, colon = self._edits.margin(key), self._edits.colon(pair)
        if not path.flow_style:
            colon, gap = ": ", self._edits.new_line(key.start_mark.column)
        elif margin is not None:
            gap = f",{self._edits.new_line(margin)}"
        else:
            gap = "," + colon[1:]  # compact JSON has no spaces
        words = f"{quote}pathType{quote}{colon}{quote}ImplementationSpecific{quote}{gap}"
        self._edits.insert(key.start_mark.index, words)

    def _backend(self, node: Node | None) -> None:
        if not isinstance(node, MappingNode) or not self._is_new(node):
            return
        places = [i for i, (key, _) in enumerate(node.value) if key.value in {NAME, PORT}]
        if not places:
            return
        _refuse_both(NAME, "service", within=node)
        if places[-1] - places[0] >= len(places):
            raise ConversionError(
                f"other keys stand between {NAME} and {PORT}",
                mend="put the two next to each other",
                line=node.start_mark.line + 1,
            )
        pairs = [Pair(*node.value[place]) for place in places]
        (self._flow if node.flow_style else self._block)(pairs)

    def _block(self, pairs: list[Pair]) -> None:
        """Open ``service:`` before the first key and indent what follows by two."""
        column = pairs[0].key.start_mark.column
        for place, (key, value) in enumerate(pairs):
            quote = self._edits.quote(key)
            if place == 0:
                begin = f"service{quote}:{self._edits.new_line(column + 2)}{quote}"
            else:
                self._edits.insert(key.start_mark.index, "  ")
                begin = ""
            deeper = f"{quote}:{self._edits.new_line(column + 4)}{quote}"
            self._edits.replace(key, begin + deeper.join(_words(key, value)))

    def _flow(self, pairs: list[Pair]) -> None:
        """Wrap both pairs in ``service: {…}``, on lines of their own where they have such."""
        margin = self._edits.margin(pairs[0].key)
        inner, outer = (
            ("", "")
            if margin is None
            else (self._edits.new_line(f"{margin}  "), self._edits.new_line(margin))
        )
        for place, (key, value) in enumerate(pairs):
            quote, colon = self._edits.quote(key), self._edits.colon(pairs[place])
            if place and self._edits.margin(key) is not None:
                self._edits.insert(key.start_mark.index, "  ")
            begin = "" if place else f"service{quote}{colon}{{{inner}{quote}"
            words = _words(key, value)
            self._edits.replace(key, begin + f"{quote}{colon}{{{quote}".join(words))
            if len(words) > 1:
                self._edits.insert(value.end_mark.index, "}")
        self._edits.insert(pairs[-1].value.end_mark.index, f"{outer}}}")

    def _is_new(self, node: Node | None) -> bool:
        new = id(node) not in self._seen
        self._seen.add(id(node))
        return new


def _refuse_both(old: str, new: str, *, within: Node | None) -> None:
    """Refuse what would be written twice, once it has its new name."""
    if within is not None and (pair := _pair(within, new)):
        raise ConversionError(
            f"{new} of v1 stands beside {old} of v1beta1",
            mend="keep the one that is meant",
            line=pair.key.start_mark.line + 1,
        )


def _words(key: ScalarNode, value: Node) -> tuple[str, ...]:
    """Return what a key becomes: ``name``, or ``port`` and what is below it."""
    if key.value == NAME:
        return ("name",)
    if value.tag == _NULL:
        return ("port",)
    return ("port", "number" if value.tag == _INT else "name")


def _pair(node: Node | None, name: str) -> Pair | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == name:
                return Pair(key, value)
    return None


def _value(node: Node | None, name: str) -> Node | None:
    pair = _pair(node, name)
    return pair.value if pair else None


def _text(node: Node | None, name: str) -> str | None:
    value = _value(node, name)
    return value.value if isinstance(value, ScalarNode) else None


def _items(node: Node | None) -> Iterator[Node]:
    return iter(node.value if isinstance(node, SequenceNode) else ())
