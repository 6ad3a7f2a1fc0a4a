from ingress.model.snapshot import (
    BackendRef,
    Endpoint,
    Host,
    HostKind,
    MatchKind,
    Route,
    Snapshot,
)


def test_backend_refs_are_keys():
    assert str(BackendRef("default", "web", 80)) == "default/web:80"
    assert str(BackendRef("default", "web", "http")) == "default/web:http"


def test_endpoints_are_written_as_addresses():
    assert str(Endpoint(address="10.0.0.1", port=80)) == "10.0.0.1:80"
    assert str(Endpoint(address="::1", port=80)) == "[::1]:80"
    assert str(Endpoint(address="db.example.org", port=80)) == "db.example.org:80"


def route(ingress: str) -> Route:
    return Route(
        ingress=ingress,
        path="/",
        kind=MatchKind.PREFIX,
        written_path="/",
        path_type="Prefix",
        backend=None,
    )


def test_ingresses_are_those_of_every_route() -> None:
    host = Host(
        pattern="a.b",
        kind=HostKind.EXACT,
        routes=(route("a/one"), route("a/two")),
        fallback=route("a/three"),
    )
    snapshot = Snapshot(hosts={"a.b": host}, fallback=route("b/four"), default_backend=route(""))
    assert snapshot.ingresses() == {"a/one", "a/two", "a/three", "b/four", ""}
    assert Snapshot().ingresses() == frozenset()
