"""What the backends of a Snapshot use, counted: each change costs what it changes alone."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar

from ingress.model.differing import differing
from ingress.model.snapshot import Backend

K = TypeVar("K")

Address: TypeAlias = tuple[str, int]
"""Where connections go: a host and a port."""

Backends: TypeAlias = Mapping[str, Backend]
Tally: TypeAlias = Mapping[K, int]
"""How many backends use each."""


def addresses(backend: Backend) -> Iterable[Address]:
    """Return where its endpoints are."""
    return ((endpoint.address, endpoint.port) for endpoint in backend.endpoints)


def keys(backend: Backend) -> Iterable[str]:
    """Return the one key of its Service port."""
    return (backend.key,)


def tallied(
    before: Tally[K], old: Backends, *, new: Backends, uses: Callable[[Backend], Iterable[K]]
) -> Tally[K]:
    """Return the tally of the new backends, from that of the old ones."""
    changed = differing(old, new)
    if not changed:
        return before
    after = dict(before)
    for name in changed:
        for backend, step in ((new.get(name), 1), (old.get(name), -1)):
            for used in uses(backend) if backend else ():
                after[used] = after.get(used, 0) + step
                if not after[used]:
                    del after[used]
    return after
