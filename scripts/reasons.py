"""Writes docs/reasons.md from the closed list in ``ingress.model.verdict``."""

from collections.abc import Iterator

from ingress.model.verdict import REASONS, Severity
from scripts.tree import ROOT

PAGE = ROOT / "docs" / "reasons.md"

_HEAD = """\
# Reasons

What `ingress check` and `/verdicts` can say about an object, by how bad it usually is. The list is
closed: scripts may rely on these words. Written by `make format` from `ingress/model/verdict.py`.
"""

_MEANINGS = {
    Severity.ERROR: "Something does not work as written. `check` exits 1.",
    Severity.WARNING: "It works, perhaps not as meant. `check --strict` exits 1.",
    Severity.INFO: "Worth knowing. `check` exits 0.",
}


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([_HEAD, *_sections()]).rstrip("\n") + "\n"


def _sections() -> Iterator[str]:
    for severity, meaning in _MEANINGS.items():
        yield f"## {severity}\n\n{meaning}\n\n| reason | what it says |\n|---|---|"
        for reason, doc in REASONS.items():
            if doc.severity is severity:
                yield f"| `{reason}` | {doc.summary} |"
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
