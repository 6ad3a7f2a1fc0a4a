"""Match and admit: what both lanes ask before they serve a request, in the same words."""

from collections.abc import Callable, Collection
from typing import Final

from ingress.model.messages import Known, first_value
from ingress.model.snapshot import Backend, Endpoint
from ingress.policies import GO_ON, PublicPorts, Redirect, Refuse, identify, upgrade_of
from ingress.policies.decide import decide
from ingress.policies.headers import request_fields
from ingress.policies.identity import request_id_of
from ingress.proxy.answers import Answer, error_page, redirection
from ingress.proxy.balancer import Balancer
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.exchange import Exchange, Pinned
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.metrics import Metrics
from ingress.proxy.record import AccessRecord, Recorder
from ingress.proxy.state import ServedRoute, State
from ingress.proxy.upstream import Upstreams
from ingress.runtime.requestids import RequestIds
from ingress.settings import ProxySettings

_VERSIONS: Final = ("1.0", "1.1")


class Errand:
    """What is to be sent, and where: ``served`` is the route in the request's own generation.

    ``backend`` is its backend, for there is one; ``fields`` are the lines that go upstream but for
    the framing, each with its end. ``client`` is whom affinity is for; ``upgrade`` names the
    protocols to ask for. Admission fills it in.
    """

    served: ServedRoute
    backend: Backend
    client: str
    fields: bytes
    upgrade: bytes


class Fixtures:
    """What outlives every generation: shared by all requests of a worker."""

    __slots__ = ("balancer", "current", "metrics", "recorder", "upstreams")

    def __init__(
        self,
        *,
        current: Callable[[], State],
        upstreams: Upstreams,
        balancer: Balancer,
        recorder: Recorder,
        metrics: Metrics,
    ) -> None:
        self.current: Final = current
        self.upstreams: Final = upstreams
        self.balancer: Final = balancer
        self.recorder: Final = recorder
        self.metrics: Final = metrics

    def choose(self, errand: Errand) -> Endpoint | None:
        """Choose an endpoint of the request's generation."""
        return self.balancer.choose(errand.backend, errand.client)

    def choose_again(self, errand: Errand, *, tried: Collection[Endpoint]) -> Endpoint | None:
        """Choose another endpoint, of the newest generation.

        What failed was probably withdrawn meanwhile, and what replaces it is known by then.
        """
        backend = self.current().backend_of(errand.served.route) or errand.backend
        return self.balancer.choose_another(backend, errand.client, tried=tried)


class Admission:
    """Admits requests by one generation's routes and by the policies."""

    def __init__(self, settings: ProxySettings, fixtures: Fixtures) -> None:
        self.ports = PublicPorts(http=settings.public_http_port, https=settings.public_https_port)
        self._trusted = settings.trusted_proxies
        self._fixtures = fixtures
        self._request_ids = RequestIds()

    def pin(self, gate: Gate) -> Pinned:
        """Decide what holds for the request in flight from now on."""
        state, head = self._fixtures.current(), gate.request.head
        known, identity = head.known, gate.identity
        if identity is None:
            identity = identify(gate.peer, known, ports=self.ports, trusted_proxies=self._trusted)
            if not identity.trusted:
                gate.identity = identity  # whatever it says, it will not be another
        record = AccessRecord(
            self._fixtures.recorder.now(),
            request_id_of(known) or self._request_ids.new(),
            identity.client,
            identity.scheme,
            head.method,
            head.authority,
            head.target,
            _VERSIONS[head.version[1]],
            _told(known, "referer"),
            _told(known, "user-agent"),
            state.generation,
        )
        return state, identity, record

    def admit(self, exchange: Exchange) -> Errand | Answer:
        """Return what is to be sent, or the answer in its place; raises Failure."""
        head, record = exchange.head, exchange.record
        state, served = exchange.state, None
        match = state.table.match(head.host, head.path)
        if match.route is not None:
            served = state.served(match.route)
            record.ingress, record.service = served.ingress, served.service
        decision = decide(head, exchange.identity, match, self.ports)
        if decision is GO_ON:
            assert served is not None  # noqa: S101 - or decide() would have refused
            return self._errand(exchange, served)
        if isinstance(decision, Redirect):
            return redirection(decision, request_id=record.request_id)
        assert isinstance(decision, Refuse)  # noqa: S101 - there is no other decision
        record.failure = decision.reason
        return exchange.page(decision.status)

    def _errand(self, exchange: Exchange, served: ServedRoute) -> Errand:
        """Return what is to be sent; raises Failure where there is nowhere, or too much."""
        asked, head, identity = exchange.asked, exchange.head, exchange.identity
        backend, limit = served.backend, served.max_bytes
        if backend is None:
            raise Failure(FailureKind.NO_ENDPOINTS, "the backend is unknown")
        if limit and isinstance(asked.framing, int) and asked.framing > limit:
            raise Failure(FailureKind.BODY_TOO_LARGE, "as announced")
        errand = Errand()
        errand.served = served
        errand.backend = backend
        errand.client = identity.client
        errand.fields = request_fields(head, identity, exchange.record.request_id)
        # A switch comes after the body, so a request with one is served as it stands.
        asks = "upgrade" in head.known and not asked.framing
        errand.upgrade = upgrade_of(head) if asks else b""
        return errand

    def refused(self, gate: Gate, failure: Failure) -> tuple[AccessRecord, Answer]:
        """Return record and answer for bytes that are no request."""
        record = AccessRecord(
            at=self._fixtures.recorder.now(),
            request_id=self._request_ids.new(),
            client=gate.peer.address,
            scheme="https" if gate.peer.tls else "http",
        )
        record.status, record.failure = failure.status, failure.token
        answer = error_page(failure.status, accept="", request_id=record.request_id)
        record.bytes_out = len(answer.body)
        return record, answer


def _told(known: Known, key: str) -> str:
    """Return a header for the record; no log can hold what is no text."""
    return first_value(known, key).decode("utf-8", "backslashreplace") if key in known else ""
