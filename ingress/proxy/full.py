"""The full lane: aiohttp behind the gate. match > admit > pick > send > relay > record."""

import asyncio
import logging
from typing import Final

from aiohttp import web

from ingress.proxy.admission import Admission, Errand, Fixtures
from ingress.proxy.downstream.bridge import Bridge
from ingress.proxy.downstream.gate import DRAIN_BODY, Gate
from ingress.proxy.downstream.heads import MAX_FIELDS, METHODS
from ingress.proxy.downstream.replies import Reply
from ingress.proxy.downstream.wire import Wire
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.handling import Handling
from ingress.proxy.http1.messages import SWITCHING
from ingress.proxy.patience import patience_for_a_body
from ingress.proxy.relay import relay
from ingress.proxy.send import Sender
from ingress.proxy.switch import tunnel
from ingress.proxy.upload import Upload
from ingress.settings import ProxySettings

log: Final = logging.getLogger(__name__)

_NEVER: Final = 10 * 365 * 86_400.0


class FullLane:
    """aiohttp's low-level server as the protocol behind a Gate; one handler for everything."""

    def __init__(self, settings: ProxySettings, fixtures: Fixtures, admission: Admission) -> None:
        self._settings = settings
        self._recorder = fixtures.recorder
        self._sender = Sender(fixtures)
        self._admission = admission
        self._bridges: dict[Gate, Bridge] = {}
        # The gate owns limits, timeouts and logs; aiohttp's own never come first.
        self._server = web.Server(
            self.handle,
            handler_cancellation=True,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_NEVER,
            lingering_time=DRAIN_BODY,
            max_line_size=2 * settings.max_header_bytes,
            max_field_size=2 * settings.max_header_bytes,
            max_headers=2 * MAX_FIELDS,
        )

    def begin(self, gate: Gate) -> None:
        """Serve a gate's request, if aiohttp can carry it."""
        if gate.request.head.method.encode() not in METHODS:
            gate.refuse(Failure(FailureKind.NOT_CARRIED, "a method that llhttp does not know"))
            return
        bridge = self._bridges.get(gate)
        if bridge is None:
            bridge = self._bridges[gate] = Bridge(gate, self._server())
        bridge.begin()

    def closed(self, gate: Gate, exc: Exception | None) -> None:
        """Take note that a connection is gone; whatever handler is left is cancelled."""
        bridge = self._bridges.pop(gate, None)
        if bridge is not None:
            bridge.connection_lost(exc)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one request; aiohttp calls this, and cancels it when the client leaves."""
        wire = request.transport
        if not isinstance(wire, Wire):
            raise ConnectionResetError("the client left before its request was read")
        exchange = self._begin(request, wire.bridge)
        try:
            await self._respond(exchange)
        except asyncio.CancelledError:
            exchange.record.failure = FailureKind.CLIENT_GONE
            exchange.record.status = exchange.record.status or 499
            raise
        finally:
            exchange.close()
            self._recorder.add(exchange.record)
        exchange.gate.finished(exchange.keeps_alive)
        return Reply(exchange.record.status, keep_alive=exchange.keeps_alive)

    def _begin(self, request: web.BaseRequest, bridge: Bridge) -> Handling:
        bridge.attach(request.content)
        return Handling(request, bridge, pinned=self._admission.pin(bridge.gate))

    async def _respond(self, exchange: Handling) -> None:
        try:
            await self._serve(exchange)
        except Failure as failure:
            await self._fail(exchange, failure)
        except Exception as error:
            log.exception("request %s: this is a bug of ours", exchange.record.request_id)
            await self._fail(exchange, Failure(FailureKind.INTERNAL, repr(error)))

    async def _serve(self, exchange: Handling) -> None:
        errand = self._admission.admit(exchange)
        if isinstance(errand, Errand):
            await self._forward(exchange, errand)
        else:
            await self._send(exchange, exchange.answer(errand))

    async def _forward(self, exchange: Handling, errand: Errand) -> None:
        served, patience = errand.served, patience_for_a_body(self._settings)
        upload = Upload(exchange, max_bytes=served.max_bytes, patience=patience)
        exchange.upload = upload
        connection, head = await self._sender.send(exchange, upload, errand=errand)
        if head.status == SWITCHING:
            surplus, upstream = connection.into_tunnel()
            await tunnel(
                exchange, head, upstream=upstream, surplus=surplus, timeouts=served.timeouts
            )
        else:
            send_timeout = self._settings.client_send_timeout
            await relay(exchange, connection, head, send_timeout=send_timeout)

    async def _fail(self, exchange: Handling, failure: Failure) -> None:
        exchange.record.failure = failure.token
        log.debug("request %s: %s", exchange.record.request_id, failure)
        if not exchange.answered and failure.kind is not FailureKind.CLIENT_GONE:
            try:
                await self._send(exchange, exchange.answer(exchange.page(failure.status)))
            except Failure:
                exchange.record.failure = FailureKind.CLIENT_GONE
            else:
                return
        # Never a second response, never a clean end.
        exchange.record.status = exchange.record.status or 499
        exchange.keeps_alive = False
        exchange.gate.abort()

    async def _send(self, exchange: Handling, data: bytes) -> None:
        await exchange.wire.send(data, seconds=self._settings.client_send_timeout)
