"""Edits of a YAML text at the places of its nodes."""

from typing import NamedTuple

from ruamel.yaml.nodes import Node, ScalarNode


class Pair(NamedTuple):
    """A key and its value."""

    key: ScalarNode
    value: Node


class Edit(NamedTuple):
    """Put ``text`` in place of what stands from ``start`` to ``end`` (in characters)."""

    start: int
    end: int
    text: str


class Edits:
    """Collects edits of one text, none of which may overlap."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[Edit] = []

    def applied(self) -> str:
        """Return the edited text; edits of one place stay in the order in which they came."""
        parts: list[str] = []
        end = 0
        for edit in sorted(self._edits, key=lambda edit: edit[:2]):
            parts += (self._text[end : edit.start], edit.text)
            end = edit.end
        return "".join(parts) + self._text[end:]

    def replace(self, node: Node, new: str) -> None:
        """Write another text into a scalar, inside its quotes."""
        start, end = node.start_mark.index, node.end_mark.index
        written = self._text[start:end].replace(node.value, new, 1) if node.value else new
        self._edits.append(Edit(start, end, written))

    def fill(self, pair: Pair, new: str) -> None:
        """Give a pair a value in place of the null or empty one that it has."""
        start, end = pair.value.start_mark.index, pair.value.end_mark.index
        if start == end:
            # The mark of a value that is not written stands before the next key.
            self.insert(self._text.index(":", pair.key.end_mark.index) + 1, f" {new}")
        else:
            self._edits.append(Edit(start, end, new))

    def insert(self, place: int, text: str) -> None:
        """Write a text in between."""
        self._edits.append(Edit(place, place, text))

    def new_line(self, columns: int | str) -> str:
        """Return a line break and what the next line begins with."""
        return self._newline + (columns if isinstance(columns, str) else " " * columns)

    def quote(self, key: Node) -> str:
        """Return the quote that a key is written in, empty where it is plain."""
        character = self._text[key.start_mark.index]
        return character if character in "\"'" else ""

    def colon(self, pair: Pair) -> str:
        """Return how a pair writes its colon: ``":"`` in compact JSON, else with a space."""
        between = self._text[pair.key.end_mark.index : pair.value.start_mark.index]
        return ":" if between == ":" else ": "

    def margin(self, key: Node) -> str | None:
        """Return the white space before a key that begins its line, else None."""
        start: int = key.start_mark.index
        before = self._text[start - key.start_mark.column : start]
        return None if before.strip() else before
