"""A verdict as tools read it: what ``check -o json`` prints and the admin address answers."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from ingress.model.verdict import Reason, Severity, Verdict


class Location(NamedTuple):
    """A file as the user named it, and the 1-based line where it is known."""

    file: str
    line: int | None = None


Locate: TypeAlias = Callable[[Verdict], Location | None]
"""Finds the place that a verdict speaks of; a source's may read files for it."""


class Subject(Struct, frozen=True, kw_only=True):
    """The object that a finding is about."""

    kind: str
    namespace: str
    name: str


class Finding(Struct, frozen=True, kw_only=True):
    """One verdict with its place; ``file`` and ``line`` are null where there is none."""

    subject: Subject
    file: str | None
    line: int | None
    severity: Severity
    reason: Reason
    message: str
    mend: str


def finding(verdict: Verdict, location: Location | None = None) -> Finding:
    """Put a verdict and its place into the form that leaves the program."""
    subject = verdict.subject
    return Finding(
        subject=Subject(
            kind=subject.kind, namespace=subject.namespace, name=_encodable(subject.name)
        ),
        file=_encodable(location.file) if location else None,
        line=location.line if location else None,
        severity=verdict.severity,
        reason=verdict.reason,
        message=_encodable(verdict.message),
        mend=verdict.mend,
    )


def _encodable(text: str) -> str:
    """Escape what no UTF-8 can hold: the bytes of a file name that are not UTF-8 themselves."""
    return text.encode(errors="backslashreplace").decode()


def located(verdicts: Iterable[Verdict], locate: Locate) -> list[Finding]:
    """Give verdicts their places, in the order of files and lines, the worst first on a line."""
    return sorted((finding(verdict, locate(verdict)) for verdict in verdicts), key=_place)


_RANKS: Final = tuple(Severity)


def _place(found: Finding) -> tuple[str, int, int, str, str]:
    rank = _RANKS.index(found.severity)
    return (found.file or "", found.line or 0, rank, found.reason, found.message)
