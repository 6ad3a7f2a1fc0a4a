"""``ingress convert``: legacy Ingresses, rewritten for networking.k8s.io/v1."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.parameters import takes

STDIN = "-"


@takes("files")
def convert(**flags: Any) -> None:
    """Rewrite extensions/v1beta1 and networking.k8s.io/v1beta1 Ingresses to networking.k8s.io/v1.

    Only the lines that must change do; comments and other documents stay as they are. The
    annotation kubernetes.io/ingress.class is kept: spec.ingressClassName would need an
    IngressClass object, and the annotation works with both versions. Where a text cannot be
    converted, nothing at all is printed.
    """
    from ingress.cli.configuration import given_files

    texts = [converted(file) for file in _files(given_files(flags, os.environ))]
    sys.stdout.buffer.write(joined(texts).encode())


class File(NamedTuple):
    """A file's name, as the user gave it, and its text."""

    name: str
    text: str


def converted(file: File) -> str:
    """Convert one file; raises Mistake that names file and line."""
    from ingress.cli.conversion.text import ConversionError
    from ingress.cli.conversion.text import convert as convert_text

    try:
        return convert_text(file.text)
    except ConversionError as error:
        place = f"{file.name}:{error.line}" if error.line else file.name
        raise Mistake(f"{place}: {error}", mend=error.mend, code=ExitCode.FOUND) from error


def joined(texts: list[str]) -> str:
    """Put texts one after the other, with ``---`` between two that would run together."""
    whole = ""
    for text in texts:
        if whole and not whole.endswith("\n"):
            whole += "\n"
        if whole and not text.startswith("---"):
            whole += "---\n"
        whole += text
    return whole


def _files(paths: tuple[str, ...]) -> Iterator[File]:
    from ingress.sources.manifests.files import listing

    for path in paths:
        if path == STDIN:
            yield _read(STDIN, sys.stdin.buffer.read())
            continue
        found = listing(path)
        for verdict in found.verdicts:
            raise Mistake(verdict.message, mend=verdict.mend, code=ExitCode.FOUND)
        for file in found.files:
            yield _read(file.path, Path(file.path).read_bytes())


def _read(name: str, data: bytes) -> File:
    try:
        return File(name, data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Mistake(
            f"{name}:{line}: this is not UTF-8 text",
            mend="save it in the encoding UTF-8",
            code=ExitCode.FOUND,
        ) from None
