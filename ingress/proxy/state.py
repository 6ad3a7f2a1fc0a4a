"""What a request sees: one generation, built from a Snapshot and swapped as one reference."""

import ssl
from typing import Final, Self

from ingress.model.codec import NO_GENERATION
from ingress.model.inventory import EMPTY
from ingress.model.snapshot import Backend, Route, Snapshot
from ingress.proxy.tally import Address, Tally, addresses, keys, tallied
from ingress.proxy.tls import Contexts, build_contexts
from ingress.routing.table import RoutingTable


class ServedRoute:
    """A route as one generation serves it: all of it that does not depend on the request.

    ``ingress`` and ``service`` (``ns/name``; empty where there is none) are for the record,
    ``backend`` is ``None`` where there is none to be had, ``max_bytes`` bounds the request's body,
    0 for no limit.
    """

    __slots__ = ("backend", "ingress", "max_bytes", "route", "service", "timeouts")

    def __init__(self, route: Route, backend: Backend | None) -> None:
        ref = route.backend
        self.route: Final = route
        self.backend: Final = backend
        self.ingress: Final = route.ingress
        self.service: Final = f"{ref.namespace}/{ref.service}" if ref else ""
        self.timeouts: Final = route.policies.timeouts
        self.max_bytes: Final = route.policies.body_limit.max_bytes


class State:
    """The table, certificates and backends of one generation; nothing of it changes.

    What did not change is taken from the State before: routing tables by Host, SSLContexts by
    fingerprint. ``addresses`` and ``keys`` are what its backends use.
    """

    __slots__ = ("_served", "addresses", "contexts", "generation", "keys", "snapshot", "table")

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        generation: int,
        table: RoutingTable,
        contexts: Contexts,
        addresses: Tally[Address],
        keys: Tally[str],
    ) -> None:
        self.generation: Final = generation
        self.snapshot: Final = snapshot
        self.table: Final = table
        self.contexts: Final = contexts
        self.addresses: Final = addresses
        self.keys: Final = keys
        # By their id(), since a Struct's hash asks every field: the Snapshot keeps them alive.
        self._served: dict[int, ServedRoute] = {}

    @classmethod
    def empty(cls) -> Self:
        """Return the State of a worker that was told nothing yet."""
        return cls.build(Snapshot(), generation=NO_GENERATION)

    @classmethod
    def build(cls, snapshot: Snapshot, *, generation: int, previous: "State | None" = None) -> Self:
        """Build a generation; raises BrokenCertificateError."""
        old, new = (previous.snapshot if previous else Snapshot()).backends, snapshot.backends
        return cls(
            snapshot,
            generation=generation,
            table=RoutingTable.build(snapshot, previous.table if previous else None),
            contexts=_contexts(snapshot, previous),
            addresses=tallied(
                previous.addresses if previous else EMPTY, old, new=new, uses=addresses
            ),
            keys=tallied(previous.keys if previous else EMPTY, old, new=new, uses=keys),
        )

    def context_for(self, server_name: str) -> ssl.SSLContext | None:
        """Return what SNI picks (``""``: none was sent), ``None`` for the self-made certificate."""
        secret, _ = self.table.certificate_for(server_name)
        certificate = self.snapshot.certificates.get(secret)
        return self.contexts.of(secret, certificate) if certificate else None

    def served(self, route: Route) -> ServedRoute:
        """Return a route, which is one of this generation's, as it is served."""
        found = self._served.get(id(route))
        if found is None:
            found = self._served[id(route)] = ServedRoute(route, self.backend_of(route))
        return found

    def backend_of(self, route: Route) -> Backend | None:
        """Return this generation's backend of any route, ``None`` where there is none to be had."""
        return self.snapshot.backends.get(str(route.backend)) if route.backend else None


def _contexts(snapshot: Snapshot, previous: State | None) -> Contexts:
    if previous and previous.snapshot.certificates is snapshot.certificates:
        return previous.contexts
    return build_contexts(snapshot, previous.contexts if previous else None)
