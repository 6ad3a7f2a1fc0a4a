"""The routing table: what a request's host and path find, in a handful of dict lookups.

This is the hot path, so everything that can be known beforehand is: a host costs one lookup
(two for a wildcard), an Exact path one more, and a Prefix one for every slash, from the right,
that could end the longest of the host's prefixes. A request cannot make it walk further.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Final

from ingress.model.differing import differing
from ingress.model.hosts import wildcard_of
from ingress.model.match import DecidedBy, Match
from ingress.model.memory import Memory
from ingress.model.snapshot import (
    ANY_HOST,
    Host,
    HostKind,
    MatchKind,
    Route,
    ServerName,
    Snapshot,
)

_ANY: Final = HostKind.ANY  # an Enum is slow to look a member up

# The whole of precedence (Kubernetes API, IngressRule and HTTPIngressPath). The first host that
# covers a request takes it for good: where none of its paths match, no other host is asked.
#
#   host        exact             a.b.c takes a.b.c
#               wildcard          *.b.c takes a.b.c, but neither b.c nor x.a.b.c
#               none              takes every host that no rule names
#
#   path        Exact             /foo takes /foo
#    (longest,  Prefix            /foo takes /foo, /foo/ and /foo/bar, but not /foobar
#     then in
#     this order)
#
#   no path     Host.fallback     defaultBackend of the host's oldest Ingress
#               default_backend   --default-backend
#               404
#
#   no host     fallback          defaultBackend of the oldest Ingress that has no rules
#               default_backend   --default-backend
#               404
#
# An Exact path that matches is as long as the request's own, so no Prefix is longer: Exact first
# and then Prefixes from the longest down is the same as longest first and Exact before Prefix.
_TAKEN_BY: Final[Mapping[HostKind, DecidedBy]] = {
    HostKind.EXACT: DecidedBy.EXACT_HOST,
    HostKind.WILDCARD: DecidedBy.WILDCARD_HOST,
    HostKind.ANY: DecidedBy.ANY_HOST,
}


STRANGERS: Final = 4096
"""So many hosts that no rule names are remembered, and what covers each."""


class HostTable:
    """The routes of one Host, ready for lookup."""

    __slots__ = ("_exact", "_longest", "_prefixes", "_root", "host", "taken_by")

    def __init__(self, host: Host) -> None:
        self.host = host
        self.taken_by = _TAKEN_BY[host.kind]
        self._exact: dict[str, Route] = {}
        self._prefixes: dict[str, Route] = {}
        for route in host.routes:
            paths = self._exact if route.kind is MatchKind.EXACT else self._prefixes
            paths.setdefault(route.path, route)
        self._root = self._prefixes.pop("/", None)
        self._longest = max(map(len, self._prefixes)) if self._prefixes else 0

    def find(self, path: str) -> Route | None:
        """Return the best route for a normalised path."""
        route = self._exact.get(path)
        if route is not None:
            return route
        prefixes = self._prefixes
        if prefixes:
            end = len(path)
            if end > self._longest:
                end = path.rfind("/", 0, self._longest + 1)
            while end > 0:
                route = prefixes.get(path[:end])
                if route is not None:
                    return route
                end = path.rfind("/", 0, end)
        return self._root


class _Covering:
    """What covers a host: rules, and a TLS host."""

    __slots__ = ("server_name", "table")

    def __init__(self, table: HostTable | None, server_name: ServerName | None) -> None:
        self.table = table
        self.server_name = server_name


class PickedBy(StrEnum):
    """Why a certificate is shown for a name, in words for people."""

    EXACT = "exact TLS host"
    WILDCARD = "wildcard TLS host"
    ANY = "TLS of rules without a host"
    DEFAULT = "default certificate: no TLS host has this name"
    DEFAULT_INSTEAD = "default certificate: the TLS host has no good one"
    SELF_MADE = "self-made certificate: no TLS host has this name"
    SELF_MADE_INSTEAD = "self-made certificate: the TLS host has no good one"


class RoutingTable:
    """A Snapshot, ready for lookup; what it finds never changes once it is built."""

    __slots__ = ("_coverings", "_default", "_hosts", "_server_names", "_snapshot", "_unknown")

    def __init__(self, snapshot: Snapshot, hosts: dict[str, HostTable]) -> None:
        self._snapshot = snapshot
        self._hosts = hosts
        self._server_names = snapshot.server_names
        # No method of this object's, which would be kept for as long as it keeps itself.
        cover = partial(_cover, hosts, snapshot.server_names)
        self._coverings = Memory(cover, most=len(hosts) + STRANGERS)
        self._default = _first((snapshot.default_backend, DecidedBy.DEFAULT_BACKEND))
        self._unknown = _first(
            (snapshot.fallback, DecidedBy.FALLBACK),
            (snapshot.default_backend, DecidedBy.DEFAULT_BACKEND),
        )

    @classmethod
    def build(cls, snapshot: Snapshot, previous: "RoutingTable | None" = None) -> "RoutingTable":
        """Build a table; Hosts that are the same objects as in ``previous`` keep their tables."""
        if previous is None:
            return cls(snapshot, {name: HostTable(host) for name, host in snapshot.hosts.items()})
        return cls(snapshot, previous._hosts_for(snapshot))  # noqa: SLF001 - its own class

    def _hosts_for(self, snapshot: Snapshot) -> dict[str, HostTable]:
        before, after = self._snapshot.hosts, snapshot.hosts
        if before is after:
            return self._hosts
        tables = self._hosts.copy()
        for name in differing(before, after):
            if name in after:
                tables[name] = HostTable(after[name])
            else:
                del tables[name]
        return tables

    def match(self, host: str, path: str) -> Match:
        """Return what a request finds.

        ``host`` is normalised and without port (``model.hosts``; empty where an HTTP/1.0
        request names none), ``path`` is normalised (``model.paths``).
        """
        covering: _Covering = self._coverings.of(host)
        table, server_name = covering.table, covering.server_name
        if table is None:
            return Match(self._unknown[0], None, server_name, self._unknown[1])
        route = table.find(path)
        if route is not None:
            return Match(route, table.host, server_name, table.taken_by)
        return self._no_path(table.host, server_name)

    def _no_path(self, host: Host, server_name: ServerName | None) -> Match:
        if host.fallback is not None:
            return Match(host.fallback, host, server_name, DecidedBy.HOST_FALLBACK)
        return Match(self._default[0], host, server_name, self._default[1])

    def covering(self, host: str) -> tuple[Host, ...]:
        """Return every Host that covers a request's host, the one that takes it first."""
        patterns = dict.fromkeys((host, wildcard_of(host), ANY_HOST))
        return tuple(self._hosts[name].host for name in patterns if name in self._hosts)

    def certificate_for(self, name: str) -> tuple[str, PickedBy]:
        """Return which Secret's certificate SNI picks (a key of ``certificates``), and why.

        ``name`` is normalised like a host, and empty where the client sent none. The key is
        empty where only the self-made certificate is left.
        """
        server_name = self.match(name, "/").server_name
        if server_name is not None and server_name.certificate:
            return server_name.certificate, self._picked_by(name)
        default = self._snapshot.default_certificate
        if server_name is None:
            return default, PickedBy.DEFAULT if default else PickedBy.SELF_MADE
        return default, PickedBy.DEFAULT_INSTEAD if default else PickedBy.SELF_MADE_INSTEAD

    def _picked_by(self, name: str) -> PickedBy:
        if name and name in self._server_names:
            return PickedBy.EXACT
        wildcard = wildcard_of(name)
        return PickedBy.WILDCARD if wildcard and wildcard in self._server_names else PickedBy.ANY


def _cover(
    hosts: Mapping[str, HostTable], server_names: Mapping[str, ServerName], host: str
) -> _Covering:
    table, server_name = hosts.get(host), server_names.get(host)
    if table is None or server_name is None:
        wildcard = wildcard_of(host)
        table = table or hosts.get(wildcard) or hosts.get(ANY_HOST)
        if server_name is None and wildcard:
            server_name = server_names.get(wildcard)
        if server_name is None and (table is None or table.host.kind is _ANY):
            server_name = server_names.get(ANY_HOST)
    return _Covering(table, server_name)


def _first(*choices: tuple[Route | None, DecidedBy]) -> tuple[Route | None, DecidedBy]:
    return next((choice for choice in choices if choice[0]), (None, DecidedBy.NOTHING))
