"""Serving: listen, receive a snapshot, swap, acknowledge, drain.

The seam to the control side: encoded Publications in, encoded Acknowledgements out.
"""

import asyncio
import logging
import socket
import ssl
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
from ingress.proxy.acceptor import Acceptor
from ingress.proxy.accesslog import AccessLogWriter, Output
from ingress.proxy.admission import Fixtures
from ingress.proxy.balancer import Balancer
from ingress.proxy.counts import Counts
from ingress.proxy.downstream.arrivals import Arrivals
from ingress.proxy.lanes import Lanes
from ingress.proxy.metrics import Metrics
from ingress.proxy.record import Recorder
from ingress.proxy.room import Room
from ingress.proxy.state import State
from ingress.proxy.tls import (
    BrokenCertificateError,
    Handshakes,
    Renewed,
    listening_context,
)
from ingress.proxy.upstream import Upstreams
from ingress.settings import ProxySettings

log: Final = logging.getLogger(__name__)

LATE_HANDSHAKES: Final = 3.0
"""Seconds that those have to say hello who are let in last."""


class Worker:
    """Serves the newest generation that it could build; needs a running event loop.

    Requests keep the State that they began with; a new one is a single reference swapped.
    ``number`` tells one worker from the next, see ``Balancer``; ``output`` is for the access log.
    """

    def __init__(
        self, settings: ProxySettings, fallback: Certificate, *, output: Output, number: int = 0
    ) -> None:
        self._settings = settings
        self._state = State.empty()
        self._upstreams = Upstreams(settings)
        self._balancer = Balancer(start=number)
        self._metrics = Metrics()
        self._access_log = AccessLogWriter(settings.access_log, output)
        self._recorder = Recorder(self._access_log, self._metrics, clock=time.time)
        self._room = Room(settings.max_connections, self._metrics)
        self._lanes = Lanes(
            settings,
            Fixtures(
                current=lambda: self._state,
                upstreams=self._upstreams,
                balancer=self._balancer,
                recorder=self._recorder,
                metrics=self._metrics,
            ),
            room=self._room,
        )
        self._handshakes = Handshakes(
            Renewed(lambda: listening_context(fallback, self._context_for)),
            self._lanes.gate,
            room=self._room,
            seconds=settings.client_header_timeout,  # no Gate watches over a connection yet
        )
        self._arrivals = Arrivals(self._lanes.gate)
        self._acceptors: list[Acceptor] = []
        self._draining = False

    @property
    def generation(self) -> int:
        """The generation that is being served, 0 before the first."""
        return self._state.generation

    @property
    def ready(self) -> bool:
        """Whether a Snapshot, be it empty, is being served, and goes on to be."""
        serving = bool(self._acceptors) and self.generation != NO_GENERATION
        return serving and not self._draining

    def receive(self, publication: bytes) -> bytes:
        """Take an encoded Publication and return the encoded Acknowledgement.

        What cannot be built is Refused, and the old State goes on serving.
        """
        return encode_acknowledgement(self._apply(publication))

    def counts(self) -> Counts:
        """Return what was counted so far."""
        return self._metrics.counts(self._state.snapshot)

    async def start(
        self, http: Iterable[socket.socket], https: Iterable[socket.socket] = ()
    ) -> None:
        """Serve on these bound sockets, with TLS on the second kind."""
        for listener in http:
            self._acceptors.append(Acceptor(listener, self._arrivals.begin, tls=False))
        secure = list(https)
        if secure:
            port = secure[0].getsockname()[1]
            self._lanes.ports = self._lanes.ports._replace(https_listener=port)
        for listener in secure:
            self._acceptors.append(Acceptor(listener, self._handshakes.begin, tls=True))
        for acceptor in self._acceptors:
            acceptor.start()

    async def drain(self) -> None:
        """Accept nothing new, finish what is in flight, and close.

        What is not finished within ``drain_timeout`` is cut off.
        """
        self._draining = True
        self._lanes.drain()
        while self._acceptors:
            self._acceptors.pop().stop()
        await self._arrivals.over()
        await self._handshakes.over(min(LATE_HANDSHAKES, self._settings.drain_timeout))
        self._handshakes.close()
        await self._lanes.over(self._settings.drain_timeout)
        await self._upstreams.close()
        await asyncio.to_thread(self._access_log.close)

    def _context_for(self, server_name: str) -> ssl.SSLContext | None:
        return self._state.context_for(server_name)

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
        except (BrokenCertificateError, OSError) as error:  # or no descriptor to load it with
            return Refused(generation, str(error))
        except Exception as error:  # the old one outlives our bugs
            log.exception("generation %d cannot be built, which is a bug here", generation)
            return Refused(generation, f"{type(error).__name__}, a bug here")
        return Applied(generation)

    def _swap(self, publication: Publication) -> None:
        old = self._state
        base = old.snapshot if publication.base else Snapshot()
        snapshot = patch(base, publication.delta)
        self._state = new = State.build(snapshot, generation=publication.generation, previous=old)
        if snapshot.backends is not old.snapshot.backends:
            self._upstreams.retain(new.addresses)
            self._balancer.retain(new.keys)
