"""How a check ends: its findings on stderr and exit status 1, or its figures and 0."""

import sys
from collections.abc import Iterable
from typing import NoReturn


def report(findings: Iterable[str], *figures: str) -> NoReturn:
    """Print findings and figures, and end the program."""
    count = 0
    for count, finding in enumerate(findings, start=1):  # noqa: B007 - counted after the loop
        print(finding, file=sys.stderr)
    for figure in figures:
        print(figure)
    sys.exit(1 if count else 0)
