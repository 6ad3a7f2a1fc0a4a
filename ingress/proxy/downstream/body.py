"""Cuts a request's body out of a client's bytes."""

from ingress.model.messages import Trailers
from ingress.proxy.downstream.heads import bad
from ingress.proxy.failures import Failure
from ingress.proxy.http1.chunks import ChunkGuard
from ingress.proxy.http1.messages import CHUNKED, Framing


class BodyFeed:
    """What of the bytes belongs to one body; ``complete`` once its last byte has come."""

    def __init__(self, framing: Framing, *, max_trailer_bytes: int = 0) -> None:
        self._left = framing if isinstance(framing, int) else 0
        self._chunks: ChunkGuard | None = None
        if framing is CHUNKED:
            self._chunks = ChunkGuard(max_trailer_bytes=max_trailer_bytes)
        self.complete = not self._left and self._chunks is None

    @property
    def trailers(self) -> Trailers:
        """What came behind a chunked body."""
        return self._chunks.trailers if self._chunks is not None else []

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what ``data`` brings of it and what lies behind; raises Failure(BAD_REQUEST)."""
        if self._chunks is not None:
            return self._feed_chunks(self._chunks, data)
        piece = data[: self._left]
        self._left -= len(piece)
        self.complete = not self._left
        return piece, data[len(piece) :]

    def _feed_chunks(self, chunks: ChunkGuard, data: bytes) -> tuple[bytes, bytes]:
        try:
            piece, rest = chunks.filter(data)
        except Failure as failure:
            raise bad(failure.detail) from failure
        self.complete = chunks.ended
        return piece, rest
