"""``make check``: everything that can be said without running the package, one line a check."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from scripts import budgets
from scripts.tree import ROOT

Command = tuple[str, ...]


class Result(NamedTuple):
    """How a check ended: what it printed, whether all is well, and its seconds."""

    name: str
    passed: bool
    output: str
    seconds: float


def _own(script: str) -> Command:
    return (sys.executable, "-m", f"scripts.{script}")


def _tool(name: str, *arguments: str) -> Command:
    return (f"{sys.prefix}/bin/{name}", *arguments)


# The slow ones come first, so that two at a time take the least.
CHECKS: dict[str, Command] = {
    "types: mypy --strict": _tool("mypy"),
    "duplicates: pylint": _tool(
        "pylint", "--disable=all", "--enable=duplicate-code", "ingress", "scripts", "benchmarks"
    ),
    "dead code: vulture": _own("dead"),
    "charts: helm lint, schema, README": _own("charts"),
    "layers and purity: import-linter": _tool("lint-imports", "--no-cache", "--no-logo"),
    "style: ruff check": _tool("ruff", "check", "--output-format=concise", "."),
    "format: ruff format": _tool("ruff", "format", "--check", "--quiet", "."),
    "sizes and names": _own("budgets"),
    "a test file for each module": _own("mirror"),
    "tasks are named and kept": _own("tasks"),
    "no trace of a machine or registry": _own("traces"),
}


def run(name: str, command: Command) -> Result:
    """Run one check to its end."""
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Result(name, done.returncode == 0, done.stdout, time.monotonic() - started)


def _lines(result: Result) -> Iterator[str]:
    yield f"{'ok  ' if result.passed else 'FAIL'} {result.name:36} {result.seconds:5.1f} s"
    if not result.passed:
        yield from (f"     {line}" for line in result.output.splitlines())


def main() -> int:
    """Run every check, two at a time; return 1 if one fails."""
    passed = True
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(run, CHECKS.keys(), CHECKS.values()):
            passed &= result.passed
            print(*_lines(result), sep="\n", flush=True)
    print("", *budgets.figures(ROOT), sep="\n     ")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
