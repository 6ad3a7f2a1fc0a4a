"""Small Snapshots to show."""

from ingress.model.snapshot import (
    Backend,
    BackendRef,
    Endpoint,
    Host,
    HostKind,
    MatchKind,
    Route,
    ServerName,
    Snapshot,
)
from ingress.settings import ListenAddress

LISTENERS = {
    "http": [ListenAddress("0.0.0.0", 8080)],
    "https": [ListenAddress("::1", 8443)],
    "admin": [ListenAddress("127.0.0.1", 9090)],
}


def route(service: str, path: str = "/", path_type: str = "Prefix") -> Route:
    return Route(
        ingress="default/web",
        path=path,
        kind=MatchKind.EXACT if path_type == "Exact" else MatchKind.PREFIX,
        written_path=path,
        path_type=path_type,
        backend=BackendRef("default", service, 80),
    )


def host(pattern: str, *routes: Route) -> Host:
    kind = HostKind.WILDCARD if pattern.startswith("*") else HostKind.EXACT
    return Host(pattern=pattern, kind=kind if pattern else HostKind.ANY, routes=routes)


def backend(service: str, *pods: str, problem: str = "") -> tuple[str, Backend]:
    key = f"default/{service}:80"
    endpoints = tuple(
        Endpoint(address="127.0.0.1", port=4000 + n, target=pod) for n, pod in enumerate(pods)
    )
    return key, Backend(key=key, endpoints=endpoints, problem=problem)


def snapshot(*hosts: Host, tls: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot(
        hosts={each.pattern: each for each in hosts},
        backends=dict(
            [
                backend("web", "web-5d9-aaaaa", "web-5d9-bbbbb"),
                backend("mine", ""),
                backend("many", "a", "b", "c", "d"),
                backend("gone", problem="NoReadyEndpoints"),
            ]
        ),
        server_names={name: ServerName() for name in tls},
    )
