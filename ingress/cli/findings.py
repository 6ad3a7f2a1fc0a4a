"""Findings as text for people, as JSON for tools, as annotations for GitHub's workflows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from ingress.cli.terminal import BAD, DOUBTFUL, FAINT, NOTE, STRONG, Printer, Style, visible
from ingress.model.finding import Finding
from ingress.model.verdict import ObjectRef, Severity

_STYLES: Final[Mapping[Severity, Style]] = {
    Severity.ERROR: BAD,
    Severity.WARNING: DOUBTFUL,
    Severity.INFO: NOTE,
}
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_text(findings: Iterable[Finding], printer: Printer) -> None:
    """Write two lines a finding: where and what, then the mend."""
    for found in findings:
        severity = printer.style(found.severity, _STYLES[found.severity])
        reason = printer.style(found.reason, STRONG)
        words = [where(found), severity, reason, subject(found), visible(found.message)]
        printer.line("  ".join(filter(None, words)))
        printer.line(printer.style(f"  mend: {visible(found.mend)}", FAINT))


def as_json(findings: Sequence[Finding], printer: Printer) -> None:
    """Write one JSON list; null stands where a file or a line is not known."""
    printer.line(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())


def as_annotations(findings: Iterable[Finding], printer: Printer) -> None:
    """Write workflow commands, which GitHub shows beside the lines of a pull request."""
    for found in findings:
        places = {"file": found.file, "line": found.line, "title": found.reason}
        properties = ",".join(
            f"{name}={_escaped(str(value), _IN_PROPERTY)}"
            for name, value in places.items()
            if value is not None
        )
        text = f"{subject(found)}: {found.message}\nmend: {found.mend}"
        printer.line(f"::{_LEVELS[found.severity]} {properties}::{_escaped(text, _IN_MESSAGE)}")


FORMS: Final[Mapping[str, Callable[[Sequence[Finding], Printer], None]]] = {
    "text": as_text,
    "json": as_json,
    "github": as_annotations,
}


def summary(findings: Sequence[Finding], printer: Printer) -> str:
    """Return one line that counts: ``1 error, 2 warnings``."""
    counts = {s: sum(found.severity is s for found in findings) for s in Severity}
    words = [
        printer.style(f"{count} {severity}{'s' * (count > 1)}", _STYLES[severity])
        for severity, count in counts.items()
        if count
    ]
    return ", ".join(words)


def where(found: Finding) -> str:
    """Return ``file:line`` as far as it is known."""
    return visible(":".join(str(part) for part in (found.file, found.line) if part is not None))


def subject(found: Finding) -> str:
    """Return ``Kind namespace/name``."""
    return visible(str(ObjectRef(found.subject.kind, found.subject.namespace, found.subject.name)))


def _escaped(text: str, replacements: Mapping[str, str]) -> str:
    return "".join(replacements.get(character, character) for character in text)


# As GitHub's own toolkit does it; a line break would end the annotation, a comma the property.
_IN_MESSAGE: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY: Final = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}
