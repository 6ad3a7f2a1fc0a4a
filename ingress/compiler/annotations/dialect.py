"""The shape of a table of annotations."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from msgspec import structs

from ingress.model.policies import Policies

# As Go's strconv.ParseBool, with which ingress-nginx reads its own.
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class Annotation(NamedTuple):
    """One annotation: which field of which policy it sets, and how its text is read.

    ``parse`` raises ValueError with the mend. ``default`` is for the documentation; the value
    itself lives in ``model.policies``.
    """

    name: str
    parse: Callable[[str], Any]
    policy: str
    field: str
    default: str
    doc: str

    def apply(self, policies: Policies, *, value: Any, origin: str) -> Policies:
        """Return the policies with this annotation's parsed value in them."""
        policy = structs.replace(
            getattr(policies, self.policy), **{self.field: value, "origin": origin}
        )
        return structs.replace(policies, **{self.policy: policy})


class Dialect(NamedTuple):
    """A prefix, what is known under it, and what guards access under it (fails closed)."""

    prefix: str
    known: Mapping[str, Annotation]
    access: re.Pattern[str]
    ours: bool


def table(*annotations: Annotation) -> Mapping[str, Annotation]:
    """Return the annotations by name."""
    return {annotation.name: annotation for annotation in annotations}


def flag(text: str) -> bool:
    """Read ``true`` or ``false``; raises ValueError with the mend."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError('write "true" or "false"')
