"""Every module has its test file, and every test file its module.

``tests/routing/test_table.py`` tests ``ingress/routing/table.py``; ``tests/scripts`` and
``tests/benchmarks`` mirror those folders. A module that defines no function needs no test of its
own: nouns are tested by whoever speaks them. Exceptions stand in pyproject.toml, each with its
reason: ``[tool.house.untested]`` for modules, ``[tool.house.beyond]`` for tests, or folders of
them, that cross modules.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from scripts.tree import ROOT, modules


def findings(root: Path) -> Iterator[str]:
    """Yield modules without tests, tests without a module, and exceptions out of date."""
    house = _exceptions(root)
    untested, beyond = house.get("untested", {}), house.get("beyond", {})
    wanted = {
        place_of_test(PurePosixPath(module.path)): module.path
        for module in modules(root, "ingress", "scripts", "benchmarks")
        if not module.path.endswith("__.py") and any(module.functions())
    }
    there = {m.path for m in modules(root, "tests") if PurePosixPath(m.path).match("test_*.py")}
    for test, module in wanted.items():
        if test not in there and module not in untested:
            yield f"{module}: has no {test}"
    for test in sorted(there - wanted.keys()):
        if not any(PurePosixPath(test).is_relative_to(place) for place in beyond):
            yield f"{test}: tests no module of that name"
    yield from _out_of_date(root, untested=untested, beyond=beyond)


def place_of_test(module: PurePosixPath) -> str:
    """Return where a module's tests belong."""
    folder = PurePosixPath("tests", *module.parent.parts[module.parts[0] == "ingress" :])
    return str(folder / f"test_{module.stem.lstrip('_')}.py")


def _exceptions(root: Path) -> Mapping[str, Any]:
    with (root / "pyproject.toml").open("rb") as file:
        house: Mapping[str, Any] = tomllib.load(file).get("tool", {}).get("house", {})
    return house


def _out_of_date(
    root: Path, *, untested: Mapping[str, str], beyond: Mapping[str, str]
) -> Iterator[str]:
    for path, reason in {**untested, **beyond}.items():
        if not (root / path).exists():
            yield f"pyproject.toml: {path} is excepted, and not there"
        if not reason:
            yield f"pyproject.toml: {path} is excepted without a reason"
    for path in untested:
        if (root / place_of_test(PurePosixPath(path))).exists():
            yield f"pyproject.toml: {path} is excepted, and has its test"


if __name__ == "__main__":
    from scripts.report import report

    report(findings(ROOT))
