"""The full lane: aiohttp behind the gate. match > admit > pick > send > relay > record."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from typing import Final, NamedTuple

from aiohttp import web

from ingress.model.messages import Headers
from ingress.model.snapshot import Route
from ingress.policies import (
    PublicPorts,
    Redirect,
    Refuse,
    decide,
    identify,
    new_request_id,
    request_headers,
    upgrade_of,
)
from ingress.proxy.answers import Answer, error_page, redirection
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.heads import MAX_FIELDS
from ingress.proxy.downstream.replies import Reply
from ingress.proxy.downstream.wire import Wire
from ingress.proxy.exchange import Exchange
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.metrics import Metrics
from ingress.proxy.record import AccessRecord, Recorder
from ingress.proxy.relay import relay
from ingress.proxy.send import Errand, Sender
from ingress.proxy.state import State
from ingress.proxy.switch import is_switch, tunnel
from ingress.proxy.upload import Upload
from ingress.settings import ProxySettings

log: Final = logging.getLogger(__name__)

DRAIN_BODY_SECONDS: Final = 10.0
"""How long aiohttp reads on, and drops, a request's body that the response did not wait for."""
_NEVER: Final = 10 * 365 * 86_400.0
# The client broke off or went too far: what it sends next is no request.
_CLOSING: Final = frozenset((400, 408, 413))


class Fixtures(NamedTuple):
    """What outlives every generation: shared by all requests of a worker."""

    current: Callable[[], State]
    sender: Sender
    recorder: Recorder
    metrics: Metrics


class FullLane:
    """aiohttp's low-level server as the protocol behind each Gate; one handler for everything."""

    def __init__(self, settings: ProxySettings, fixtures: Fixtures) -> None:
        self.settings = settings
        self.gates: set[Gate] = set()
        self.ports = PublicPorts(http=settings.public_http_port, https=settings.public_https_port)
        self._fixtures = fixtures
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()
        # The gate owns limits, timeouts and logs; aiohttp's own never come first.
        self.protocol = web.Server(
            self.handle,
            handler_cancellation=True,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_NEVER,
            lingering_time=DRAIN_BODY_SECONDS,
            max_line_size=2 * settings.max_header_bytes,
            max_field_size=2 * settings.max_header_bytes,
            max_headers=2 * MAX_FIELDS,
        )

    def gate(self) -> Gate:
        """Return the protocol of a new connection."""
        return Gate(self)

    def opened(self, gate: Gate) -> None:
        """See downstream.gate.Lane."""
        self.gates.add(gate)
        gate.draining = self._draining  # a handshake may outlast the order to drain
        self._empty.clear()
        self._fixtures.metrics.connections = len(self.gates)

    def closed(self, gate: Gate) -> None:
        """See downstream.gate.Lane."""
        self.gates.discard(gate)
        self._fixtures.metrics.connections = len(self.gates)
        if not self.gates:
            self._empty.set()

    def refuse(self, gate: Gate, failure: Failure) -> bytes:
        """See downstream.gate.Lane."""
        record = AccessRecord(
            at=self._fixtures.recorder.now(),
            request_id=new_request_id(os.urandom),
            client=gate.peer.address,
            scheme="https" if gate.peer.tls else "http",
            status=failure.status,
            failure=failure.token,
        )
        answer = error_page(failure.status, accept="", request_id=record.request_id)
        record.bytes_out = len(answer.body)
        self._fixtures.recorder.add(record)
        return answer.encode()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one request; aiohttp calls this, and cancels it when the client leaves."""
        wire = request.transport
        if not isinstance(wire, Wire):
            raise ConnectionResetError("the client left before its request was read")
        exchange = self._begin(request, wire.gate)
        try:
            await self._respond(exchange)
        except asyncio.CancelledError:
            exchange.record.failure = FailureKind.CLIENT_GONE
            exchange.record.status = exchange.record.status or 499
            raise
        finally:
            exchange.close()
            self._fixtures.recorder.add(exchange.record)
        wire.gate.finished(keep_alive=exchange.keeps_alive)
        return Reply(exchange.record.status, keep_alive=exchange.keeps_alive)

    def _begin(self, request: web.BaseRequest, gate: Gate) -> Exchange:
        state, head = self._fixtures.current(), gate.request.head
        identity = identify(
            gate.peer,
            head.headers,
            ports=self.ports,
            trusted_proxies=self.settings.trusted_proxies,
            randomness=os.urandom,
        )
        record = AccessRecord(
            at=self._fixtures.recorder.now(),
            request_id=identity.request_id,
            client=identity.client,
            scheme=identity.scheme,
            method=head.method,
            host=head.authority,
            target=head.target,
            version=".".join(map(str, head.version)),
            referer=_told(request, "Referer"),
            user_agent=_told(request, "User-Agent"),
            generation=state.generation,
        )
        gate.attach(request.content)
        return Exchange(request, gate=gate, state=state, identity=identity, record=record)

    async def _respond(self, exchange: Exchange) -> None:
        try:
            await self._serve(exchange)
        except Failure as failure:
            await self._fail(exchange, failure)
        except Exception as error:
            log.exception("request %s: this is a bug of ours", exchange.record.request_id)
            await self._fail(exchange, Failure(FailureKind.INTERNAL, repr(error)))

    async def _serve(self, exchange: Exchange) -> None:
        head = exchange.head
        match = exchange.state.table.match(head.host, head.path)
        if match.route is not None:
            exchange.taken_by(match.route)
        decision = decide(head, exchange.identity, match=match, ports=self.ports)
        if isinstance(decision, Redirect):
            answer = redirection(decision, request_id=exchange.identity.request_id)
            await self._answer(exchange, answer)
        elif isinstance(decision, Refuse):
            exchange.record.failure = decision.reason
            await self._answer(exchange, self._page(exchange, decision.status))
        else:
            assert match.route is not None  # noqa: S101 - or decide() would have refused
            await self._forward(exchange, match.route)

    async def _forward(self, exchange: Exchange, route: Route) -> None:
        timeouts, asked = route.policies.timeouts, exchange.asked
        backend = exchange.state.backend_of(route)
        if backend is None:
            raise Failure(FailureKind.NO_ENDPOINTS, "the backend is unknown")
        limit = route.policies.body_limit.max_bytes
        if limit and isinstance(asked.framing, int) and asked.framing > limit:
            raise Failure(FailureKind.BODY_TOO_LARGE, "as announced")
        errand = Errand(
            backend=backend,
            headers=self._headers(exchange),
            timeouts=timeouts,
            client=exchange.identity.client,
            # A switch comes after the body, so a request with one is served as it stands.
            upgrade=b"" if asked.framing else upgrade_of(asked.head),
        )
        exchange.upload = upload = Upload(
            exchange.request,
            exchange.gate,
            max_bytes=limit,
            timeout=self.settings.client_body_timeout,
        )
        connection, head = await self._fixtures.sender.send(exchange, upload, errand=errand)
        if is_switch(head):
            idle = max(timeouts.read, timeouts.send)
            await tunnel(exchange, connection, head, idle_timeout=idle)
        else:
            send_timeout = self.settings.client_send_timeout
            await relay(exchange, connection, head, send_timeout=send_timeout)

    def _headers(self, exchange: Exchange) -> Headers:
        headers = request_headers(exchange.head, exchange.identity)
        # We tell the client to continue ourselves, once its body is wanted.
        return [line for line in headers if line[0].lower() != b"expect"]

    async def _fail(self, exchange: Exchange, failure: Failure) -> None:
        exchange.record.failure = failure.token
        log.debug("request %s: %s", exchange.record.request_id, failure)
        if not exchange.answered and failure.kind is not FailureKind.CLIENT_GONE:
            try:
                await self._answer(exchange, self._page(exchange, failure.status))
            except Failure:
                exchange.record.failure = FailureKind.CLIENT_GONE
            else:
                return
        # Never a second response, never a clean end.
        exchange.record.status = exchange.record.status or 499
        exchange.keeps_alive = False
        exchange.gate.wire.abort()

    async def _answer(self, exchange: Exchange, answer: Answer) -> None:
        head = exchange.begin(
            answer.status,
            answer.reason,
            headers=answer.lines,
            closes=answer.status in _CLOSING,
        )
        body = b"" if exchange.head.method == "HEAD" else answer.body
        await exchange.gate.wire.send(head + body, seconds=self.settings.client_send_timeout)
        exchange.record.bytes_out = len(body)

    def _page(self, exchange: Exchange, status: int) -> Answer:
        accept = exchange.request.headers.get("Accept", "")
        return error_page(status, accept=accept, request_id=exchange.record.request_id)

    async def drain(self, seconds: float) -> None:
        """Finish what is in flight on every connection, then close it; cut off what takes longer.

        Idle connections close at once, responses that begin now announce the close.
        """
        self._draining = True
        for gate in list(self.gates):
            gate.drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        for gate in list(self.gates):
            gate.abort()
        await asyncio.sleep(0)


def _told(request: web.BaseRequest, name: str) -> str:
    """Return a header for the record; aiohttp's text has surrogates, which no log can hold."""
    told = request.headers.get(name, "")
    return told.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
