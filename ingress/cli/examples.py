"""Three curl lines that work when pasted: plain with a Host, by name, and by name over TLS."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ingress.model.hosts import is_wildcard
from ingress.model.snapshot import ANY_HOST, Route, Snapshot
from ingress.settings import ListenAddress

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, not by us


class Target(NamedTuple):
    """A host and a path that a route takes, in the order in which they are worth trying.

    ``dead`` tells that the route answers 503, ``tls`` that plain HTTP is redirected.
    """

    dead: bool
    anonymous: bool
    host: str
    path: str
    tls: bool


def curl_lines(
    snapshot: Snapshot, listeners: Mapping[str, Sequence[ListenAddress]], *, trust: str
) -> Iterator[str]:
    """Yield the lines; ``trust`` is what makes curl accept the certificates (``--insecure``).

    None where there is nothing to ask for.
    """
    targets = sorted(_targets(snapshot))
    if not targets:
        return
    plain = sorted(targets, key=lambda target: (target.tls, target.dead))
    secure = min(targets, key=lambda target: (not target.tls, target.dead))
    if http := _reachable(listeners.get("http", ())):
        # A redirect has no body, so its head is shown.
        head = ("-i",) if plain[0].tls else ()
        yield _curl(*head, *_host_header(plain[0]), f"http://{http}{plain[0].path}")
        # Another host where one is as good, so that the three lines show three things.
        same = [target for target in plain[1:2] if _rank(target) == _rank(plain[0])]
        yield _by_name((same or plain)[0], http, scheme="http")
    if https := _reachable(listeners.get("https", ())):
        yield _by_name(secure, https, scheme="https", more=shlex.split(trust))


def _rank(target: Target) -> tuple[bool, bool]:
    return target.tls, target.dead


def _by_name(
    target: Target, address: ListenAddress, *, scheme: str, more: Sequence[str] = ()
) -> str:
    if not target.host:
        return _curl(*more, f"{scheme}://{address}{target.path}")
    at = str(ListenAddress(address.host, 0)).removesuffix(":0")
    resolve = ("--resolve", f"{target.host}:{address.port}:{at}")
    return _curl(*more, *resolve, f"{scheme}://{target.host}:{address.port}{target.path}")


def _host_header(target: Target) -> tuple[str, ...]:
    return ("-H", f"Host: {target.host}") if target.host else ()


def _curl(*words: str) -> str:
    return shlex.join(("curl", *words))


def _reachable(addresses: Sequence[ListenAddress]) -> ListenAddress | None:
    for address in addresses:
        return ListenAddress(EVERYWHERE.get(address.host, address.host), address.port)
    return None


def _targets(snapshot: Snapshot) -> Iterator[Target]:
    """Yield one target of every host that has routes."""
    for pattern, host in snapshot.hosts.items():
        routes = [(not _leads_on(snapshot, route), route.path) for route in host.routes]
        for dead, path in sorted(routes)[:1]:
            name = pattern.replace("*", "www", 1) if is_wildcard(pattern) else pattern
            tls = pattern != ANY_HOST and pattern in snapshot.server_names
            yield Target(dead, not name, name, path, tls)


def _leads_on(snapshot: Snapshot, route: Route) -> bool:
    backend = snapshot.backends.get(str(route.backend)) if route.backend else None
    return bool(backend and backend.endpoints)
