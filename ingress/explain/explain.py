"""Explain a request against a Snapshot, by the functions that serve it."""

from ingress.explain.asked import Asked, Request, request_of
from ingress.explain.certificate import explained_certificate
from ingress.explain.explanation import ExplainedHost, ExplainedLoser, Explanation
from ingress.explain.route import explained_route
from ingress.explain.served import Served
from ingress.model.match import Match
from ingress.model.snapshot import Backend, Host, Snapshot
from ingress.policies import GoOn, Identity, decide, identify
from ingress.routing import Rival, decisive_rule, nearest_hosts, nearest_paths, rivals


def explain(asked: Asked, served: Served) -> Explanation:
    """Tell what would become of a request, and why; a request that is none gets a 400."""
    request = request_of(asked)
    if request is None:
        return Explanation(status=400)
    identity = identify(
        request.peer,
        request.head.known,
        trusted_proxies=served.trusted_proxies,
        ports=served.ports,
    )
    match = served.table.match(request.head.host, request.head.path)
    return _explanation(request, identity, match=match, served=served)


def _explanation(
    request: Request, identity: Identity, *, match: Match, served: Served
) -> Explanation:
    host, path = request.head.host, request.head.path
    backend = _backend(match, served.snapshot)
    decision = decide(request.head, identity, match, served.ports)
    lost = rivals(served.table, match, host=host, path=path)
    # A redirect hides a 404, so what was meant is told there too.
    nearest = () if match.route else _nearest(match.host, request, served.snapshot)
    return Explanation(
        status=_sent(backend) if isinstance(decision, GoOn) else decision.status,
        host=_host(match.host),
        route=explained_route(match, backend, client=identity.client),
        decided_by=decisive_rule(match, lost),
        losers=tuple(map(_loser, lost)),
        nearest=nearest,
        certificate=explained_certificate(request, match, served=served),
    )


def _backend(match: Match, snapshot: Snapshot) -> Backend | None:
    ref = match.route.backend if match.route else None
    return snapshot.backends.get(str(ref)) if ref else None


def _sent(backend: Backend | None) -> int:
    return 200 if backend is not None and backend.endpoints else 503


def _host(host: Host | None) -> ExplainedHost | None:
    return ExplainedHost(pattern=host.pattern or "*", kind=host.kind) if host else None


def _nearest(host: Host | None, request: Request, snapshot: Snapshot) -> tuple[str, ...]:
    if host is None:
        return nearest_hosts(snapshot, request.head.host)
    return nearest_paths(host, request.head.path)


def _loser(rival: Rival) -> ExplainedLoser:
    return ExplainedLoser(
        ingress=rival.ingress,
        host=rival.host or "*",
        path=rival.path,
        path_type=rival.path_type,
        reason=rival.loss,
    )
