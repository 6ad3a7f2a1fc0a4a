"""Rivals: the routes that did not get a request, each with the reason, and what decided."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from ingress.model.match import DecidedBy, Match
from ingress.model.paths import PathError, normalise_path, prefix_of
from ingress.model.snapshot import Host, MatchKind, Route, Shadowed
from ingress.routing.table import HostTable, RoutingTable


class Loss(StrEnum):
    """Why a route did not get the request: a closed list, in words for people."""

    PATH = "its path does not match"
    SHORTER = "it matches, but a longer path does too"
    PREFIX = "its Prefix is as long, but Exact goes before Prefix"
    YOUNGER = "an older Ingress has the same host and path"
    HOST = "it matches, but a more specific host takes the request"


class Rival(NamedTuple):
    """A route that did not get the request; ``host`` is the pattern it stands under."""

    ingress: str
    host: str
    path: str
    path_type: str
    loss: Loss


# From the last rule that was needed to the first: what decided is the finest of them.
_DECISIVE: Final = (
    (Loss.YOUNGER, DecidedBy.OLDEST),
    (Loss.PREFIX, DecidedBy.EXACT_PATH),
    (Loss.SHORTER, DecidedBy.LONGEST_PATH),
)
_BY_HOST: Final = frozenset({DecidedBy.EXACT_HOST, DecidedBy.WILDCARD_HOST, DecidedBy.ANY_HOST})


def rivals(table: RoutingTable, match: Match, *, host: str, path: str) -> tuple[Rival, ...]:
    """Return every other route of the host that took a request, best first.

    After them come those of less specific hosts that would have matched. Whether a route would
    have is asked of a table that holds nothing else, so there is no second way of matching.
    """
    covering = table.covering(host)
    if not covering:
        return ()
    own = [*_routes(covering[0], match, path), *_shadowed(covering[0], match, path)]
    others = (rival for other in covering[1:] for rival in _less_specific(other, path))
    return (*own, *others)


def decisive_rule(match: Match, among: tuple[Rival, ...]) -> DecidedBy:
    """Return the rule of precedence that set the match apart from its closest rival."""
    if match.decided_by not in _BY_HOST:
        return match.decided_by
    losses = {rival.loss for rival in among}
    return next((rule for loss, rule in _DECISIVE if loss in losses), match.decided_by)


def _routes(host: Host, match: Match, path: str) -> Iterator[Rival]:
    for route in host.routes:
        if route is not match.route:
            yield _rival(host, route, _loss(host, route, match=match, path=path))


def _loss(host: Host, route: Route, *, match: Match, path: str) -> Loss:
    if not _would_match(host, route, path):
        return Loss.PATH
    return Loss.PREFIX if match.route and route.path == match.route.path else Loss.SHORTER


def _shadowed(host: Host, match: Match, path: str) -> Iterator[Rival]:
    for shadowed in host.shadowed:
        route = _as_route(shadowed)
        loss = Loss.PATH
        if route is not None and _would_match(host, route, path):
            loss = _loss(host, route, match=match, path=path)
            if match.route and (route.path, route.kind) == (match.route.path, match.route.kind):
                loss = Loss.YOUNGER
        yield Rival(shadowed.ingress, host.pattern, shadowed.path, shadowed.path_type, loss)


def _as_route(shadowed: Shadowed) -> Route | None:
    kind = MatchKind.EXACT if shadowed.path_type == MatchKind.EXACT else MatchKind.PREFIX
    try:
        path = normalise_path(shadowed.path)
    except PathError:
        return None
    return Route(
        ingress=shadowed.ingress,
        path=path if kind is MatchKind.EXACT else prefix_of(path),
        kind=kind,
        written_path=shadowed.path,
        path_type=shadowed.path_type,
        backend=None,
    )


def _less_specific(host: Host, path: str) -> Iterator[Rival]:
    for route in host.routes:
        if _would_match(host, route, path):
            yield _rival(host, route, Loss.HOST)


def _would_match(host: Host, route: Route, path: str) -> bool:
    alone = Host(pattern=host.pattern, kind=host.kind, routes=(route,))
    return HostTable(alone).find(path) is not None


def _rival(host: Host, route: Route, loss: Loss) -> Rival:
    return Rival(route.ingress, host.pattern, route.written_path, route.path_type, loss)
