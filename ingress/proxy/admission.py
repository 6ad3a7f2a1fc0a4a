"""Match and admit: what both lanes ask before they serve a request, in the same words."""

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import Struct

from ingress.model.messages import Known, first_value
from ingress.model.policies import Timeouts
from ingress.model.snapshot import Backend, BackendRef, Endpoint, Route
from ingress.policies import (
    Identity,
    PublicPorts,
    Redirect,
    Refuse,
    decide,
    identify,
    new_request_id,
    request_fields,
    request_id_of,
    upgrade_of,
)
from ingress.proxy.answers import Answer, error_page, redirection
from ingress.proxy.balancer import Balancer
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.exchange import Exchange
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.metrics import Metrics
from ingress.proxy.record import AccessRecord, Recorder
from ingress.proxy.state import State
from ingress.proxy.upstream import Upstreams
from ingress.runtime.randomness import Randomness
from ingress.settings import ProxySettings

_VERSIONS: Final = {(1, 1): "1.1", (1, 0): "1.0"}


class Errand(Struct, frozen=True, gc=False):
    """What is to be sent, and where: ``backend`` is the route's in the request's own generation.

    ``client`` is whom affinity is for; ``upgrade`` names the protocols to ask for;
    ``max_bytes`` bounds the request's body, 0 for no limit.
    """

    route: Route
    backend: Backend
    fields: bytes
    timeouts: Timeouts
    client: str
    max_bytes: int = 0
    upgrade: bytes = b""


class Fixtures(NamedTuple):
    """What outlives every generation: shared by all requests of a worker."""

    current: Callable[[], State]
    upstreams: Upstreams
    balancer: Balancer
    recorder: Recorder
    metrics: Metrics

    def choose(self, errand: Errand, *, tried: Collection[Endpoint]) -> Endpoint | None:
        """Choose an endpoint of the request's generation; for a retry, of the newest one.

        What failed was probably withdrawn meanwhile, and what replaces it is known by then.
        """
        backend = errand.backend
        if tried:
            backend = self.current().backend_of(errand.route) or backend
        return self.balancer.choose(backend, client=errand.client, avoid=tried)


class Admission:
    """Admits requests by one generation's routes and by the policies."""

    def __init__(self, settings: ProxySettings, fixtures: Fixtures) -> None:
        self.ports = PublicPorts(http=settings.public_http_port, https=settings.public_https_port)
        self._trusted = settings.trusted_proxies
        self._fixtures = fixtures
        self._randomness = Randomness()

    def identify(self, gate: Gate) -> tuple[State, Identity, AccessRecord]:
        """Return what is pinned for the request in flight."""
        state, head = self._fixtures.current(), gate.request.head
        identity = gate.identity
        if identity is None:
            identity = identify(
                gate.peer, head.known, ports=self.ports, trusted_proxies=self._trusted
            )
            if not identity.trusted:
                gate.identity = identity  # whatever it says, it will not be another
        record = AccessRecord(
            at=self._fixtures.recorder.now(),
            request_id=request_id_of(head.known, randomness=self._randomness),
            client=identity.client,
            scheme=identity.scheme,
            method=head.method,
            host=head.authority,
            target=head.target,
            version=_VERSIONS[head.version],
            referer=_told(head.known, b"referer"),
            user_agent=_told(head.known, b"user-agent"),
            generation=state.generation,
        )
        return state, identity, record

    def admit(self, exchange: Exchange) -> Errand | Answer:
        """Return what is to be sent, or the answer in its place; raises Failure."""
        head, record = exchange.head, exchange.record
        match = exchange.state.table.match(head.host, head.path)
        route = match.route
        if route is not None:
            record.ingress = route.ingress
            if route.backend is not None:
                record.service = _service(route.backend)
        decision = decide(head, exchange.identity, match=match, ports=self.ports)
        if isinstance(decision, Redirect):
            return redirection(decision, request_id=record.request_id)
        if isinstance(decision, Refuse):
            record.failure = decision.reason
            return exchange.page(decision.status)
        assert route is not None  # noqa: S101 - or decide() would have refused
        return _errand(exchange, route)

    def refused(self, gate: Gate, failure: Failure) -> tuple[AccessRecord, Answer]:
        """Return record and answer for bytes that are no request."""
        record = AccessRecord(
            at=self._fixtures.recorder.now(),
            request_id=new_request_id(self._randomness),
            client=gate.peer.address,
            scheme="https" if gate.peer.tls else "http",
            status=failure.status,
            failure=failure.token,
        )
        answer = error_page(failure.status, accept="", request_id=record.request_id)
        record.bytes_out = len(answer.body)
        return record, answer


def _errand(exchange: Exchange, route: Route) -> Errand:
    backend, asked = exchange.state.backend_of(route), exchange.asked
    if backend is None:
        raise Failure(FailureKind.NO_ENDPOINTS, "the backend is unknown")
    limit = route.policies.body_limit.max_bytes
    if limit and isinstance(asked.framing, int) and asked.framing > limit:
        raise Failure(FailureKind.BODY_TOO_LARGE, "as announced")
    return Errand(
        route=route,
        backend=backend,
        fields=request_fields(asked.head, exchange.identity, request_id=exchange.record.request_id),
        timeouts=route.policies.timeouts,
        client=exchange.identity.client,
        max_bytes=limit,
        # A switch comes after the body, so a request with one is served as it stands.
        upgrade=b""
        if asked.framing or b"upgrade" not in asked.head.known
        else upgrade_of(asked.head),
    )


@lru_cache(maxsize=4096)
def _service(ref: BackendRef) -> str:
    return f"{ref.namespace}/{ref.service}"


def _told(known: Known, name: bytes) -> str:
    """Return a header for the record; no log can hold what is no text."""
    return first_value(known, name).decode("utf-8", "backslashreplace") if name in known else ""
