"""The data process: listen, receive a snapshot, swap, acknowledge, drain.

The seam to the control side: encoded Publications in, encoded Acknowledgements out, and nothing
else, so that a worker may live in a process of its own.
"""

import asyncio
import logging
import socket
import ssl
import sys
import time
from collections.abc import Iterable
from typing import Final

from msgspec import DecodeError

from ingress.model.codec import (
    NO_GENERATION,
    Acknowledgement,
    Applied,
    Publication,
    Refused,
    decode_publication,
    encode_acknowledgement,
    patch,
)
from ingress.model.snapshot import Certificate, Snapshot
from ingress.proxy.accesslog import AccessLogWriter
from ingress.proxy.admission import Fixtures
from ingress.proxy.balancer import Balancer
from ingress.proxy.lanes import Lanes
from ingress.proxy.metrics import Metrics
from ingress.proxy.record import Recorder
from ingress.proxy.state import State
from ingress.proxy.tls import BrokenCertificateError, listening_context
from ingress.proxy.upstream import Upstreams
from ingress.settings import ProxySettings

log: Final = logging.getLogger(__name__)

BACKLOG: Final = 4096


class Worker:
    """Serves the newest generation that it could build; needs a running event loop.

    Requests keep the State that they began with; a new one is a single reference swapped.
    """

    def __init__(self, settings: ProxySettings, fallback: Certificate) -> None:
        self._settings = settings
        self._state = State.empty()
        self._upstreams = Upstreams(settings)
        self._balancer = Balancer()
        self._metrics = Metrics(serving=lambda: (self._state.generation, self._state.snapshot))
        self._access_log = AccessLogWriter(settings.access_log, sys.stdout.buffer)
        self._recorder = Recorder(self._access_log, self._metrics, clock=time.time)
        self._tls = listening_context(fallback, self._context_for)
        self._lanes = Lanes(
            settings,
            Fixtures(
                current=lambda: self._state,
                upstreams=self._upstreams,
                balancer=self._balancer,
                recorder=self._recorder,
                metrics=self._metrics,
            ),
        )
        self._servers: list[asyncio.Server] = []
        self._draining = False

    @property
    def generation(self) -> int:
        """The generation that is being served, 0 before the first."""
        return self._state.generation

    @property
    def ready(self) -> bool:
        """Whether a Snapshot, be it empty, is being served, and goes on to be."""
        serving = bool(self._servers) and self.generation != NO_GENERATION
        return serving and not self._draining

    def receive(self, publication: bytes) -> bytes:
        """Take an encoded Publication and return the encoded Acknowledgement.

        What cannot be built is Refused, and the old State goes on serving.
        """
        return encode_acknowledgement(self._apply(publication))

    def metrics(self) -> bytes:
        """Return the metrics as Prometheus text."""
        return self._metrics.render()

    async def start(
        self, http: Iterable[socket.socket], https: Iterable[socket.socket] = ()
    ) -> None:
        """Serve on these bound sockets, with TLS on the second kind."""
        for listener in http:
            await self._listen(listener, None)
        secure = list(https)
        if secure:
            port = secure[0].getsockname()[1]
            self._lanes.ports = self._lanes.ports._replace(https_listener=port)
        for listener in secure:
            await self._listen(listener, self._tls)

    async def drain(self) -> None:
        """Accept nothing new, finish what is in flight, and close.

        What is not finished within ``drain_timeout`` is cut off.
        """
        self._draining = True
        for server in self._servers:
            server.close()
        await self._lanes.drain(self._settings.drain_timeout)
        await self._upstreams.close()
        await asyncio.to_thread(self._access_log.close)

    def _context_for(self, server_name: str) -> ssl.SSLContext | None:
        return self._state.context_for(server_name)

    async def _listen(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        self._servers.append(
            await loop.create_server(
                self._lanes.gate,
                sock=listener,
                ssl=tls,
                backlog=BACKLOG,
                # No Gate watches over a connection before its handshake.
                ssl_handshake_timeout=self._settings.client_header_timeout if tls else None,
            )
        )

    def _apply(self, encoded: bytes) -> Acknowledgement:
        try:
            publication = decode_publication(encoded)
        except DecodeError as error:
            return Refused(NO_GENERATION, f"not to be decoded: {error}")
        generation = publication.generation
        if publication.base not in {NO_GENERATION, self.generation}:
            message = f"based on {publication.base}, but {self.generation} is being served"
            return Refused(generation, message)
        try:
            self._swap(publication)
        except BrokenCertificateError as error:
            return Refused(generation, str(error))
        return Applied(generation)

    def _swap(self, publication: Publication) -> None:
        old = self._state
        base = old.snapshot if publication.base else Snapshot()
        snapshot = patch(base, publication.delta)
        self._state = new = State.build(snapshot, generation=publication.generation, previous=old)
        if snapshot.backends is not old.snapshot.backends:
            self._upstreams.retain(new.endpoints())
            self._balancer.retain(new.backend_keys())
