"""The verdicts of a build, in order; a change costs the groups that it touches."""

from bisect import bisect_left, insort
from collections.abc import Hashable, Mapping
from itertools import chain
from typing import TypeAlias

from msgspec import Struct

from ingress.compiler.changes import edited
from ingress.model.inventory import EMPTY
from ingress.model.verdict import Verdict

Group: TypeAlias = tuple[str, Hashable]
"""Who says it (a stage) about what (a key of that stage)."""

Findings: TypeAlias = dict[Group, tuple[Verdict, ...]]
"""What the stages of one build say, for the groups that they looked at."""


class Ledger(Struct, frozen=True, kw_only=True):
    """All verdicts by group, and all of them sorted by object and field."""

    groups: Mapping[Group, tuple[Verdict, ...]] = EMPTY
    ordered: tuple[Verdict, ...] = ()

    def after(self, findings: Findings) -> "Ledger":
        """Return the ledger after a build's findings; an empty one closes its group."""
        news = ((group, said) for group, said in findings.items() if said or group in self.groups)
        groups = edited(self.groups, {group: said or None for group, said in news})
        if groups is self.groups:
            return self
        if len(findings) * 8 > len(groups):  # sorting anew beats moving them one by one
            return Ledger(groups=groups, ordered=tuple(sorted(_all(groups), key=_order)))
        ordered = list(self.ordered)
        for group in findings:
            for gone in self.groups.get(group, ()):
                del ordered[bisect_left(ordered, _order(gone), key=_order)]
            for said in groups.get(group, ()):
                insort(ordered, said, key=_order)
        return Ledger(groups=groups, ordered=tuple(ordered))


def _all(groups: Mapping[Group, tuple[Verdict, ...]]) -> chain[Verdict]:
    return chain.from_iterable(groups.values())


def _order(verdict: Verdict) -> tuple[object, ...]:
    # List indexes are padded, so that rule 10 comes after rule 2 and text compares with text.
    field = [f"{part:06}" if isinstance(part, int) else part for part in verdict.field]
    said = (verdict.reason, verdict.severity, verdict.message, verdict.mend)
    return (*verdict.subject, field, *said)
