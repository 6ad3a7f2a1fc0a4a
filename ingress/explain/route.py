"""The route that takes a request, as people read it."""

from typing import Any

import msgspec

from ingress.explain.explanation import ExplainedBackend, ExplainedEndpoint, ExplainedRoute
from ingress.model.match import DecidedBy, Match
from ingress.model.policies import Policies
from ingress.model.snapshot import Affinity, Backend, BackendRef, Endpoint
from ingress.policies import pick_by_client

_DEFAULT_BACKENDS = frozenset(
    {DecidedBy.HOST_FALLBACK, DecidedBy.FALLBACK, DecidedBy.DEFAULT_BACKEND}
)


def explained_route(match: Match, backend: Backend | None, *, client: str) -> ExplainedRoute | None:
    """Describe the route of a match; ``backend`` is what its Service port came to."""
    route = match.route
    if route is None:
        return None
    written = match.decided_by not in _DEFAULT_BACKENDS
    return ExplainedRoute(
        ingress=route.ingress or None,
        path=route.written_path if written else None,
        path_type=route.path_type if written else None,
        backend=_backend(route.backend),
        endpoints=tuple(map(_endpoint, backend.endpoints)) if backend else (),
        chosen=_chosen(backend, client),
        problem=route.refused or (backend.problem if backend else "") or None,
        policies=_policies(route.policies),
    )


def _backend(ref: BackendRef | None) -> ExplainedBackend | None:
    if ref is None:
        return None
    return ExplainedBackend(service=f"{ref.namespace}/{ref.service}", port=ref.port)


def _chosen(backend: Backend | None, client: str) -> ExplainedEndpoint | None:
    if not backend or not backend.endpoints or backend.affinity is not Affinity.CLIENT_IP:
        return None
    return _endpoint(pick_by_client(client, backend.endpoints))


def _endpoint(endpoint: Endpoint) -> ExplainedEndpoint:
    return ExplainedEndpoint(
        address=endpoint.address, port=endpoint.port, target=endpoint.target or None
    )


def _policies(policies: Policies) -> dict[str, Any]:
    return {
        _camel(name): {_camel(field): value for field, value in policy.items()}
        for name, policy in msgspec.to_builtins(policies).items()
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
