"""One request on its way: what is pinned for it, and what has come of it so far."""

import time
from typing import TYPE_CHECKING

from aiohttp import web

from ingress.model.messages import Headers, RequestHead
from ingress.model.snapshot import Route
from ingress.policies import Identity
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.replies import encode_head
from ingress.proxy.record import AccessRecord
from ingress.proxy.state import State

if TYPE_CHECKING:
    from ingress.proxy.downstream.heads import Request
    from ingress.proxy.upload import Upload
    from ingress.proxy.upstream import Connection


class Exchange:
    """A request of the full lane; ``state`` is the one generation that it sees.

    ``answered`` is set once a response's head may be out: from then on a failure can only abort.
    ``keeps_alive`` tells whether another request may follow, for all that the response said.
    """

    def __init__(
        self,
        request: web.BaseRequest,
        *,
        gate: Gate,
        state: State,
        identity: Identity,
        record: AccessRecord,
    ) -> None:
        self.request = request
        self.gate = gate
        self.asked: Request = gate.request
        self.state = state
        self.identity = identity
        self.record = record
        self.connection: Connection | None = None
        self.upload: Upload | None = None
        self.answered = False
        self.keeps_alive = False
        self._began = time.perf_counter()

    @property
    def head(self) -> RequestHead:
        """The request's head."""
        return self.asked.head

    @property
    def elapsed(self) -> float:
        """Seconds since the head was read; uvloop's own clock has milliseconds only."""
        return round(time.perf_counter() - self._began, 6)

    @property
    def must_close(self) -> bool:
        """Whether the response has to announce that the connection closes behind it.

        A client that was not told to continue may send its body or not: nobody could tell its
        next request from it (RFC 9110 §10.1.1).
        """
        unheard = self.asked.expects_continue and not (self.upload and self.upload.began)
        return self.gate.draining or unheard or self.gate.broken

    def taken_by(self, route: Route) -> None:
        """Note which route took the request."""
        self.record.ingress = route.ingress
        if route.backend is not None:
            self.record.service = f"{route.backend.namespace}/{route.backend.service}"

    def begin(self, status: int, reason: bytes, *, headers: Headers, closes: bool = False) -> bytes:
        """Begin the response and return its head.

        ``closes`` tells that the connection ends behind it, whatever the client asked for.
        """
        self.keeps_alive = self.request.keep_alive and not (closes or self.must_close)
        self.answered = True
        self.record.status = status
        return encode_head(
            status,
            reason,
            headers=headers,
            version=self.head.version,
            keep_alive=self.keeps_alive,
        )

    def close(self) -> None:
        """Let go of the upstream: back to its pool if all went well on both sides."""
        if self.upload is not None:
            self.upload.cancel()
            self.record.bytes_in = self.upload.consumed
        if self.connection is not None:
            self.connection.release()
        if not self.keeps_alive:
            # Else aiohttp would wait for the rest of the body; the gate lingers in its place.
            self.request.content.feed_eof()
        self.record.duration = self.elapsed
