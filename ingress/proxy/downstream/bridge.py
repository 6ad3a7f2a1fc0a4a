"""Joins a Gate and aiohttp's protocol, by the latter's public interface."""

import asyncio
from typing import Protocol

from ingress.model.messages import Trailers
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.wire import Wire
from ingress.proxy.failures import Failure
from ingress.proxy.http1.messages import CHUNKED, chunk_of, last_chunk


class Content(Protocol):
    """The body that a handler reads."""

    def set_exception(self, exc: BaseException) -> None:
        """Fail whoever reads it, now or later."""


class Bridge:
    """The Carrier of the full lane: one for a connection's life, since aiohttp's protocol is.

    A handler finds it by its transport: ``request.transport.bridge``.
    """

    def __init__(self, gate: Gate, protocol: asyncio.Protocol) -> None:
        self.gate = gate
        self.wire = Wire(gate, self)
        self._protocol = protocol
        self._chunked = False
        self._content: Content | None = None
        self._failure: Failure | None = None
        protocol.connection_made(self.wire)

    def begin(self) -> None:
        """Feed aiohttp the head of the request in flight."""
        request = self.gate.request
        self.gate.carrier = self
        self._chunked = request.framing is CHUNKED
        self._content = None
        self._protocol.data_received(request.raw)

    def attach(self, content: Content) -> None:
        """Name the body that is to fail when what comes next breaks the rules of the wire."""
        self._content = content
        if self._failure is not None:
            content.set_exception(self._failure)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell aiohttp that the connection is gone; it cancels its handler."""
        self._protocol.connection_lost(exc)

    def body_received(self, data: bytes) -> None:
        """See downstream.carrier.Carrier."""
        self._protocol.data_received(chunk_of(data) if self._chunked else data)

    def body_ended(self, trailers: Trailers) -> None:  # noqa: ARG002 - no place for them here
        """See downstream.carrier.Carrier."""
        if self._chunked:
            self._protocol.data_received(last_chunk(()))

    def body_broken(self, failure: Failure) -> None:
        """See downstream.carrier.Carrier."""
        self._failure = failure
        if self._content is not None:
            self._content.set_exception(failure)

    def client_full(self) -> None:
        """See downstream.carrier.Carrier; the wire looks at the gate."""

    def client_ready(self) -> None:
        """See downstream.carrier.Carrier."""
        self.wire.wake()

    def client_too_late(self) -> None:
        """See downstream.carrier.Carrier; the handler has timeouts of its own."""

    def client_left(self) -> None:
        """See downstream.carrier.Carrier; ``connection_lost`` says so."""
