"""Reads the part of Gherkin that our features are written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_STEP = re.compile(r"(?:Given|When|Then|And|But) (.+)")
_HEADING = re.compile(r"(Feature|Background|Scenario|Scenario Outline|Examples):\s*(.*)")


class Step(NamedTuple):
    """One line that something is to be done for, and the text below it, if any."""

    text: str
    doc: str = ""

    def filled(self, values: dict[str, str]) -> "Step":
        """Return it with values in the place of their ``<names>``."""
        text = re.sub(r"<([\w ]+)>", lambda found: values[found[1]], self.text)
        return self._replace(text=text)


@dataclass
class Scenario:
    """What is done and expected, and with which examples (one without names, if it has none)."""

    name: str
    steps: list[Step] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def takes(self, text: str) -> bool:
        """Take a line: a row, a step, or prose before the first step."""
        if text.startswith("|"):
            self.rows.append([cell.strip() for cell in text.strip("|").split("|")])
        elif step := _STEP.fullmatch(text):
            self.steps.append(Step(step[1]))
        else:
            return not self.steps
        return True

    def cases(self) -> Iterator[tuple[str, list[Step]]]:
        """Yield a name and the steps, once for each example."""
        if not self.rows:
            yield self.name, self.steps
            return
        names, *rows = self.rows
        for row in rows:
            values = dict(zip(names, row, strict=True))
            yield f"{self.name} ({', '.join(row)})", [step.filled(values) for step in self.steps]


@dataclass
class Feature:
    """A file: what comes before all scenarios, and these."""

    background: list[Step]
    scenarios: list[Scenario]


def read(file: Path) -> Feature:
    """Read a feature; a line that has no meaning here raises ValueError."""
    background, scenarios = Scenario("Background"), []
    current = Scenario("Feature")  # what is said of it is prose
    lines = iter(file.read_text().splitlines())
    for line in lines:
        text = line.strip()
        if heading := _HEADING.fullmatch(text):
            current = _headed(*heading.groups(), background=background, current=current)
            if heading[1].startswith("Scenario"):
                scenarios.append(current)
        elif text == '"""':
            step = current.steps.pop()
            current.steps.append(step._replace(doc=_doc(line, lines)))
        elif text and not current.takes(text):
            raise ValueError(f"{file.name}: no step: {text}")
    return Feature(background.steps, scenarios)


def _headed(kind: str, name: str, *, background: Scenario, current: Scenario) -> Scenario:
    """Return what the lines below a heading belong to."""
    if kind == "Background":
        return background
    return Scenario(name) if kind.startswith("Scenario") else current


def _doc(opening: str, lines: Iterator[str]) -> str:
    margin = len(opening) - len(opening.lstrip())
    doc = []
    for line in lines:
        if line.strip() == '"""':
            break
        doc.append(line[margin:])
    return "\n".join(doc)
