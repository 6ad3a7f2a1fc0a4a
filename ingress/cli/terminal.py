"""What people see: colour on a terminal only, and never where NO_COLOR asks for none."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TextIO, TypeAlias

import typer

Style: TypeAlias = Mapping[str, Any]

BAD: Final[Style] = {"fg": "red", "bold": True}
DOUBTFUL: Final[Style] = {"fg": "yellow", "bold": True}
GOOD: Final[Style] = {"fg": "green", "bold": True}
NOTE: Final[Style] = {"fg": "cyan"}
FAINT: Final[Style] = {"dim": True}
STRONG: Final[Style] = {"bold": True}


def has_colour(stream: TextIO) -> bool:
    """Tell whether a stream takes colour (https://no-color.org: any value but the empty one)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def visible(text: str) -> str:
    """Return a text on one line, with escapes for whatever a terminal would obey.

    File names may hold line breaks and colours of their own.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class Printer:
    """Writes lines to a stream, in colour where it takes colour."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colour = has_colour(stream)

    def style(self, text: str, style: Style) -> str:
        """Return the text in a style, or as it is where there is no colour."""
        return typer.style(text, **style) if self._colour else text

    def line(self, text: str = "") -> None:
        """Write one line."""
        self._stream.write(f"{text}\n")


def out() -> Printer:
    """Return the printer for what the command was asked for."""
    return Printer(sys.stdout)


def aside() -> Printer:
    """Return the printer for all that is said beside it (stderr)."""
    return Printer(sys.stderr)


@contextmanager
def quietly_broken() -> Iterator[None]:
    """Pass over a reader of stdout that has left (``| head``): it has what it wanted."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Else Python would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
