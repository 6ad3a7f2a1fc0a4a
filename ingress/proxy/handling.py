"""A request of the full lane: an Exchange, and what aiohttp has to do with it."""

from typing import TYPE_CHECKING

from aiohttp import web

from ingress.proxy.downstream.bridge import Bridge
from ingress.proxy.exchange import Exchange, Pinned

if TYPE_CHECKING:
    from ingress.proxy.upload import Upload
    from ingress.proxy.upstream import Connection


class Handling(Exchange):
    """A request that a handler of aiohttp's serves."""

    def __init__(self, request: web.BaseRequest, bridge: Bridge, *, pinned: Pinned) -> None:
        super().__init__(bridge.gate, pinned)
        self.request = request
        self.wire = bridge.wire
        self.connection: Connection | None = None
        self.upload: Upload | None = None

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
        self.record.duration = self.seconds()
