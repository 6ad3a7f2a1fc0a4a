"""Decide what becomes of a request that was matched."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from ingress.model.match import Match
from ingress.model.messages import RequestHead
from ingress.policies.identity import Identity
from ingress.policies.ports import PublicPorts
from ingress.policies.redirect import https_location, wants_https


class Refusal(StrEnum):
    """Why a request is not sent on; the value is the token in the access log."""

    NO_HOST = "no-host"
    NO_ROUTE = "no-route"
    REFUSED = "route-refused"
    NO_BACKEND = "no-backend"


class GoOn(NamedTuple):
    """Send the request to an endpoint of the route's backend."""


class Redirect(NamedTuple):
    """Send the client elsewhere."""

    status: int
    location: str


class Refuse(NamedTuple):
    """Answer with an error."""

    status: int
    reason: Refusal


Decision: TypeAlias = GoOn | Redirect | Refuse


class _Case(NamedTuple):
    head: RequestHead
    identity: Identity
    match: Match
    ports: PublicPorts


GO_ON: Final = GoOn()


def decide(head: RequestHead, identity: Identity, *, match: Match, ports: PublicPorts) -> Decision:
    """Ask every policy in turn; the first that answers decides.

    After GoOn the match has a route, and the route a backend.
    """
    case = _Case(head, identity, match, ports)
    for policy in _POLICIES:
        answer = policy(case)
        if answer is not None:
            return answer
    return GO_ON


def _https_only(case: _Case) -> Redirect | Refuse | None:
    if not wants_https(case.match, case.identity):
        return None
    if not case.head.host:
        return Refuse(400, Refusal.NO_HOST)
    return Redirect(308, https_location(case.head, port=case.ports.redirect))


def _routed(case: _Case) -> Refuse | None:
    return Refuse(404, Refusal.NO_ROUTE) if case.match.route is None else None


def _not_refused(case: _Case) -> Refuse | None:
    route = case.match.route
    return Refuse(503, Refusal.REFUSED) if route is not None and route.refused else None


def _has_backend(case: _Case) -> Refuse | None:
    route = case.match.route
    return Refuse(503, Refusal.NO_BACKEND) if route is None or route.backend is None else None


# In this order, because:
_POLICIES: Final[tuple[Callable[[_Case], Redirect | Refuse | None], ...]] = (
    _https_only,  # nothing about a TLS host is told in clear text, not even that a path is missing
    _routed,  # only a route has what the next ones ask for
    _not_refused,  # a route that fails closed is never served, whatever else is fine
    _has_backend,
)
