"""Background tasks have a name, and somebody who keeps them.

The event loop holds tasks weakly: one that nobody keeps may vanish half-way, and its exception
with it. So the result of ``create_task`` is used, or the task belongs to a TaskGroup; and each has
``name=``, since "Task-17" in a warning helps nobody. ``ensure_future`` can do neither.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.tree import ROOT, Module, modules


def findings(root: Path) -> Iterator[str]:
    """Yield tasks without a name or a keeper, each with its place."""
    for module in modules(root, "ingress"):
        yield from _of(module)


def _of(module: Module) -> Iterator[str]:
    groups = _task_groups(module.tree)
    dropped = {
        id(node.value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    }
    for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call)):
        called, owner = _called(call)
        place = f"{module.path}:{call.lineno}"
        if called == "ensure_future":
            yield f"{place}: ensure_future gives the task no name; use create_task(..., name=...)"
        if called != "create_task":
            continue
        if not any(keyword.arg == "name" for keyword in call.keywords):
            yield f"{place}: the task has no name"
        if id(call) in dropped and owner not in groups:
            yield f"{place}: nobody keeps the task"


def _called(call: ast.Call) -> tuple[str, str]:
    """Return the function's last name, and what stands before it."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr, ast.unparse(call.func.value)
    return ast.unparse(call.func), ""


def _task_groups(tree: ast.Module) -> set[str]:
    """Return the names that ``async with asyncio.TaskGroup() as name`` gives."""
    return {
        ast.unparse(item.optional_vars)
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if item.optional_vars is not None and "TaskGroup" in ast.unparse(item.context_expr)
    }


if __name__ == "__main__":
    from scripts.report import report

    report(findings(ROOT))
