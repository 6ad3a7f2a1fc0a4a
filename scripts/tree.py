"""The repository as the checks see it: Python modules, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A Python file; ``path`` is relative to the repository and has forward slashes."""

    root: Path
    path: str

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines without their ends."""
        return (self.root / self.path).read_text(encoding="utf-8").splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file; raises SyntaxError where it is no Python."""
        return ast.parse("\n".join(self.lines), filename=self.path)

    def functions(self) -> Iterator[Function]:
        """Yield every function, methods and nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node


def modules(root: Path, *folders: str) -> list[Module]:
    """Return the Python modules below the folders, in the order of their paths."""
    found = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return [Module(root, path.relative_to(root).as_posix()) for path in sorted(found)]
