"""Routes and hosts in one line each."""

from ingress.model.snapshot import (
    ANY_HOST,
    BackendRef,
    Host,
    HostKind,
    MatchKind,
    Route,
    Shadowed,
)

BACKEND = BackendRef("default", "web", 80)


def route(rule, *, ingress="default/i", backend=BACKEND, **fields):
    """``"/foo"`` is a Prefix, ``"= /foo"`` is Exact."""
    kind = MatchKind.EXACT if rule.startswith("= ") else MatchKind.PREFIX
    path = rule.removeprefix("= ")
    return Route(
        ingress=ingress,
        path=path,
        kind=kind,
        written_path=path,
        path_type=str(kind),
        backend=backend,
        **fields,
    )


def kind_of(pattern):
    if pattern == ANY_HOST:
        return HostKind.ANY
    return HostKind.WILDCARD if pattern.startswith("*.") else HostKind.EXACT


def host(pattern, *rules, fallback=None, shadowed=()):
    return Host(
        pattern=pattern,
        kind=kind_of(pattern),
        routes=tuple(rule if isinstance(rule, Route) else route(rule) for rule in rules),
        fallback=fallback,
        shadowed=tuple(shadowed),
    )


def default_backend(name):
    return route("/", ingress=f"default/{name}")


def shadowed(ingress, path, path_type="Prefix"):
    return Shadowed(ingress=ingress, path=path, path_type=path_type, winner="default/i")


def by_pattern(*hosts):
    return {one.pattern: one for one in hosts}
