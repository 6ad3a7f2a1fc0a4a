"""Where two mappings hold different objects: what each change costs first, so it costs little."""

from collections.abc import Mapping
from itertools import compress, islice
from operator import is_, is_not
from typing import Final, TypeVar

from ingress.model.edited import Edited

K = TypeVar("K")
V = TypeVar("V")

_MISSING: Final = object()


def differing(old: Mapping[K, V], new: Mapping[K, V]) -> list[K]:
    """Return the keys whose values are not the same objects in both; gone ones come last."""
    if old is new:
        return []
    if isinstance(new, Edited) and (edited := new.edited_since(old)) is not None:
        other = [key for key in edited if old.get(key, _MISSING) is not new.get(key, _MISSING)]
        return sorted(other, key=lambda key: key not in new)
    if len(old) <= len(new) and all(map(is_, old, new)):
        # A copy that was edited has its keys in the old order, and what was added behind them;
        # so the search is a walk in step, which takes a quarter of the time of looking up.
        changed = list(compress(new, map(is_not, old.values(), new.values())))
        return [*changed, *islice(new, len(old), None)]
    changed = [key for key, value in new.items() if old.get(key, _MISSING) is not value]
    return [*changed, *(key for key in old if key not in new)]
