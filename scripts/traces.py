"""No tracked file says where it was made: no path of one machine, no host of a registry.

A line that must name one all the same says why: ``trace: <reason>``.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.tree import ROOT

# Written with brackets, so that this file does not find itself.
_MACHINE = (
    r"(?<![\w.:/-])/(?:wor[k]|roo[t]|hom[e]/\w+|User[s]/\w+|op[t]/wheels|tm[p]/(?:bash|pip))/"
)
_REGISTRY = (
    r"\b(?:docke[r]\.io|ghc[r]\.io|qua[y]\.io|gc[r]\.io|registr[y]\.k8s\.io|publi[c]\.ecr\.aws"
    r"|mc[r]\.microsoft\.com|pyp[i]\.org|file[s]\.pythonhosted\.org|registr[y]\.npmjs\.org"
    r"|prox[y]\.golang\.org|index\.crate[s]\.io)\b"
)
_TRACE = re.compile(f"{_MACHINE}|{_REGISTRY}")
_WAIVER = re.compile(r"trace: \S")


def findings(root: Path) -> Iterator[str]:
    """Yield each trace with its file and line; files that are not text are passed over."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            yield from _of(root / name, name)


def _of(file: Path, name: str) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if (trace := _TRACE.search(line)) and not _WAIVER.search(line):
            yield f"{name}:{number}: {trace[0]} names a machine or a registry"


if __name__ == "__main__":
    from scripts.report import report

    report(findings(ROOT))
