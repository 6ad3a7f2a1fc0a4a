"""What changed between two Inventories, in one line."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ingress.model.differing import differing
from ingress.model.inventory import KINDS, Inventory

MAX_NAMED: Final = 5


def changed(before: Inventory, after: Inventory) -> str:
    """Return ``changed Ingress default/web, added Service default/x``; empty if nothing did.

    Objects that did not change are the same objects, so this costs next to nothing.
    """
    found = [f"{verb} {subject}" for verb, subject in _all(before, after)]
    more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
    return ", ".join(found[:MAX_NAMED]) + more


def counted(inventory: Inventory) -> str:
    """Return ``2 Ingresses, 1 Service``: how many objects there are of each kind."""
    counts = [(len(getattr(inventory, field)), kind) for field, kind in KINDS.items()]
    return ", ".join(f"{count} {_plural(kind, count)}" for count, kind in counts)


def _plural(kind: str, count: int) -> str:
    if count == 1 or kind.endswith("Endpoints"):
        return kind
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def _all(before: Inventory, after: Inventory) -> Iterator[tuple[str, str]]:
    for field, kind in KINDS.items():
        for verb, key in _of(getattr(before, field), getattr(after, field)):
            yield verb, f"{kind} {key}"
    for verb, (kind, key) in _of(before.workloads, after.workloads):
        yield verb, f"{kind} {key}"


def _of(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key in differing(before, after):
        if key not in before:
            yield "added", key
        else:
            yield "changed" if key in after else "removed", key
