"""Sizes and names: short modules, short functions, no module for leftovers.

A generated table or a compiled scanner passes with a line ``# budget: <why>``: on a line of its
own for a module, on the line of its ``def`` for a function.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from scripts.tree import ROOT, Function, Module, modules

MODULE_LINES = 300
TEST_MODULE_LINES = 500
FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 10
LEFTOVERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

_WAIVER = re.compile(r"#\s*budget: \S")
_MODULE_WAIVER = re.compile(r"^# budget: \S")


def findings(root: Path) -> Iterator[str]:
    """Yield what is over its budget, each with its place."""
    package = modules(root, "ingress")
    source, tests = [*package, *modules(root, "scripts", "benchmarks")], modules(root, "tests")
    for module in source:
        yield from _long_module(module, budget=MODULE_LINES)
        yield from _long_functions(module)
    # A test may be long, where it is a table; no file should be a heap of them.
    for module in tests:
        yield from _long_module(module, budget=TEST_MODULE_LINES)
    for module in [*source, *tests]:
        if (name := Path(module.path).stem) in LEFTOVERS:
            yield f"{module.path}: no module is named {name}; say what it is about"
    lengths = _function_lengths(package)
    if lengths and median(lengths) >= MEDIAN_FUNCTION_LINES:
        yield f"ingress: the median function has {median(lengths):g} lines"


def figures(root: Path) -> Iterator[str]:
    """Yield the sizes of the package in words."""
    package = modules(root, "ingress")
    if not (lengths := _function_lengths(package)):
        return
    longest = max(package, key=lambda module: len(module.lines))
    size, where = max(
        (_length(function), f"{module.path}:{function.lineno} {function.name}")
        for module in package
        for function in module.functions()
    )
    lines = [len(module.lines) for module in package if module.lines]
    yield f"{len(lines)} modules, {sum(lines)} lines, median {median(lines):g}"
    yield f"longest module {len(longest.lines)} lines: {longest.path}"
    yield f"{len(lengths)} functions, median {median(lengths):g} lines"
    yield f"longest function {size} lines: {where}"


def _long_module(module: Module, *, budget: int) -> Iterator[str]:
    if len(module.lines) > budget and not any(map(_MODULE_WAIVER.match, module.lines)):
        yield f"{module.path}: {len(module.lines)} lines, the budget is {budget}"


def _long_functions(module: Module) -> Iterator[str]:
    for function in module.functions():
        waived = _WAIVER.search(module.lines[function.lineno - 1])
        if _length(function) > FUNCTION_LINES and not waived:
            yield (
                f"{module.path}:{function.lineno}: {function.name} has {_length(function)} lines, "
                f"the budget is {FUNCTION_LINES}"
            )


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _function_lengths(package: list[Module]) -> list[int]:
    return [_length(function) for module in package for function in module.functions()]


if __name__ == "__main__":
    from scripts.report import report

    report(findings(ROOT), *figures(ROOT))
