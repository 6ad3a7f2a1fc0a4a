"""Decide what becomes of a request that was matched."""

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


GO_ON: Final = GoOn()


def decide(  # noqa: PLR0917 - keywords would be a dictionary for each request
    head: RequestHead, identity: Identity, match: Match, ports: PublicPorts
) -> Decision:
    """Ask every policy in turn; the first that answers decides.

    After GoOn the match has a route, and the route a backend.
    """
    return (
        # Nothing about a TLS host is told in clear text, not even that a path is missing.
        _https_only(head, identity, match, ports)
        # A route that fails closed is never served, whatever else is fine.
        or _servable(match)
        or GO_ON
    )


def _https_only(  # noqa: PLR0917 - as above
    head: RequestHead, identity: Identity, match: Match, ports: PublicPorts
) -> Redirect | Refuse | None:
    if not wants_https(match, identity):
        return None
    if not head.host:
        return Refuse(400, Refusal.NO_HOST)
    return Redirect(308, https_location(head, ports.redirect))


def _servable(match: Match) -> Refuse | None:
    route = match.route
    if route is None:
        return Refuse(404, Refusal.NO_ROUTE)
    if route.refused:
        return Refuse(503, Refusal.REFUSED)
    return Refuse(503, Refusal.NO_BACKEND) if route.backend is None else None
