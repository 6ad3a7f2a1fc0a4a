"""Dead code, as vulture finds it, less what it cannot see.

A field of a Struct or NamedTuple is data, whoever reads it. What is called by a name that no code
spells (a framework's hook) is listed in pyproject.toml, ``[tool.house.alive]``, with its reason.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from vulture.core import Vulture

from scripts.tree import ROOT, modules

FOLDERS = ("ingress", "scripts", "benchmarks")

# Decorators that hand a function to a framework, which then calls it.
_REGISTERED = ["@*.command", "@*.callback", "@*.get", "@*.middleware", "@middleware", "@overload"]


def findings(root: Path) -> Iterator[str]:
    """Yield what nothing uses, tests aside, and exceptions out of date."""
    with (root / "pyproject.toml").open("rb") as file:
        alive: dict[str, str] = tomllib.load(file)["tool"].get("house", {}).get("alive", {})
    fields = set(_fields(root))
    vulture = Vulture(ignore_decorators=_REGISTERED)
    vulture.scavenge([str(root / name) for name in FOLDERS if (root / name).exists()])
    seen = set()
    for item in vulture.get_unused_code():
        place = (Path(item.filename).relative_to(root).as_posix(), item.first_lineno)
        seen.add(item.name)
        if place not in fields and item.name not in alive:
            yield f"{place[0]}:{place[1]}: nothing uses the {item.typ} {item.name}"
    for name in alive.keys() - seen:
        yield f"pyproject.toml: {name} is excepted, and not dead or not there"


def _fields(root: Path) -> Iterator[tuple[str, int]]:
    for module in modules(root, *FOLDERS):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                yield from (
                    (module.path, field.lineno)
                    for field in node.body
                    if isinstance(field, ast.AnnAssign)
                )


if __name__ == "__main__":
    from scripts.report import report

    report(findings(ROOT))
