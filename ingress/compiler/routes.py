"""Hosts and their routes, compiled host by host from what the Ingresses of each ask for."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final

from msgspec import Struct

from ingress.compiler.changes import Index, edited, reindexed
from ingress.compiler.claims import HostClaim, Move, Order, PathClaim
from ingress.compiler.step import Step
from ingress.model.hosts import is_wildcard
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.snapshot import ANY_HOST, Host, HostKind, MatchKind, Route, Shadowed
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict

# An Enum is slow to look a member up.
_EXACT: Final = HostKind.EXACT
_PREFIX: Final = MatchKind.PREFIX


class Hosts(Struct, frozen=True, kw_only=True):
    """The hosts of a Snapshot, and what they were compiled from.

    ``takers`` are the Ingresses without rules; the oldest takes unknown hosts.
    """

    claims: Index[str, HostClaim] = EMPTY
    hosts: Mapping[str, Host] = EMPTY
    takers: Mapping[ObjectKey, tuple[Order, Route]] = EMPTY
    fallback: Route | None = None

    def after(self, step: Step, moves: Iterable[Move]) -> "Hosts":
        """Return the hosts after some Ingresses moved; only what they name is compiled."""
        claims, touched = reindexed(
            self.claims, ((move.key, move.old.hosts, move.new.hosts) for move in moves)
        )
        edits: dict[str, Host | None] = {}
        for pattern in touched:
            found = claims.get(pattern)
            edits[pattern], step.findings["host", pattern] = (
                compile_host(pattern, found) if found else (None, ())
            )
        takers = edited(
            self.takers,
            {
                move.key: (move.new.order, move.new.fallback) if move.new.fallback else None
                for move in moves
            },
        )
        return Hosts(
            claims=claims,
            hosts=edited(self.hosts, edits),
            takers=takers,
            fallback=min(takers.values(), key=_order)[1] if takers else None,
        )


def _order(taker: tuple[Order, Route]) -> Order:
    return taker[0]


def compile_host(
    pattern: str, claims: Mapping[ObjectKey, HostClaim]
) -> tuple[Host, tuple[Verdict, ...]]:
    """Return one host, its routes best first; of equal paths the oldest Ingress's wins."""
    ranked = sorted(claims.values(), key=lambda claim: claim.order)
    taken: dict[tuple[str, MatchKind], Route] = {}
    shadowed: list[Shadowed] = []
    verdicts: list[Verdict] = []
    for claim in chain.from_iterable(claim.paths for claim in ranked):
        route = claim.route
        winner = taken.setdefault((route.path, route.kind), route)
        if winner is not route:
            shadowed.append(_shadowed(route, winner))
            verdicts.append(_conflict(pattern, claim, winner))
    defaults = (claim.default for claim in ranked)
    host = Host(
        pattern=pattern,
        kind=_kind(pattern),
        routes=tuple(sorted(taken.values(), key=_precedence)),
        fallback=next((route for route in defaults if route), None),
        shadowed=tuple(shadowed),
    )
    return host, tuple(verdicts)


def _precedence(route: Route) -> tuple[int, bool, str]:
    return -len(route.path), route.kind is _PREFIX, route.path


def _kind(pattern: str) -> HostKind:
    if pattern == ANY_HOST:
        return HostKind.ANY
    return HostKind.WILDCARD if is_wildcard(pattern) else _EXACT


def _shadowed(route: Route, winner: Route) -> Shadowed:
    return Shadowed(
        ingress=route.ingress,
        path=route.written_path,
        path_type=route.path_type,
        winner=winner.ingress,
    )


def _conflict(pattern: str, claim: PathClaim, winner: Route) -> Verdict:
    route = claim.route
    same = winner.ingress == route.ingress
    by = "an earlier path of this Ingress" if same else f"Ingress {winner.ingress}, which is first"
    return verdict(
        _subject(route),
        Reason.PATH_CONFLICT,
        message=f"{route.path_type} {route.written_path} on {pattern or 'every host'} "
        f"is taken by {by}",
        mend="remove one of the two, or give them different hosts or paths",
        field=(*claim.field, "path"),
    )


def _subject(route: Route) -> ObjectRef:
    namespace, _, name = route.ingress.rpartition("/")
    return ObjectRef("Ingress", namespace, name)
