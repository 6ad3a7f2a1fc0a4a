"""What a request sees: one generation, built from a Snapshot and swapped as one reference."""

import ssl
from functools import lru_cache
from typing import Self

from ingress.model.codec import NO_GENERATION
from ingress.model.snapshot import Backend, BackendRef, Endpoint, Route, Snapshot
from ingress.proxy.tls import Contexts, build_contexts
from ingress.routing.table import RoutingTable

_key = lru_cache(maxsize=4096)(BackendRef.__str__)


class State:
    """The table, certificates and backends of one generation; never mutated.

    What did not change is taken from the State before: routing tables by Host, SSLContexts by
    fingerprint.
    """

    def __init__(
        self, *, generation: int, snapshot: Snapshot, table: RoutingTable, contexts: Contexts
    ) -> None:
        self.generation = generation
        self.snapshot = snapshot
        self.table = table
        self.contexts = contexts

    @classmethod
    def empty(cls) -> Self:
        """Return the State of a worker that was told nothing yet."""
        return cls.build(Snapshot(), generation=NO_GENERATION)

    @classmethod
    def build(cls, snapshot: Snapshot, *, generation: int, previous: "State | None" = None) -> Self:
        """Build a generation; raises BrokenCertificateError."""
        contexts = build_contexts(snapshot, previous.contexts if previous else {})
        table = RoutingTable.build(snapshot, previous.table if previous else None)
        return cls(generation=generation, snapshot=snapshot, table=table, contexts=contexts)

    def context_for(self, server_name: str) -> ssl.SSLContext | None:
        """Return what SNI picks (``""``: none was sent), ``None`` for the self-made certificate."""
        secret, _ = self.table.certificate_for(server_name)
        certificate = self.snapshot.certificates.get(secret)
        return self.contexts[certificate.fingerprint] if certificate else None

    def backend_of(self, route: Route) -> Backend | None:
        """Return the backend of a route, ``None`` where there is none to be had."""
        return self.snapshot.backends.get(_key(route.backend)) if route.backend else None

    def endpoints(self) -> frozenset[Endpoint]:
        """Return every endpoint of every backend."""
        backends = self.snapshot.backends.values()
        return frozenset(endpoint for backend in backends for endpoint in backend.endpoints)

    def backend_keys(self) -> frozenset[str]:
        """Return the key of every backend."""
        return frozenset(backend.key for backend in self.snapshot.backends.values())
