"""What has arrived of a response, kept until somebody asks for it."""

from ingress.proxy.http1.messages import ResponseHead
from ingress.proxy.upstream.parser import ResponseParser


class Inbox:
    """Fed by a connection as bytes come in, emptied by the lane; no I/O, no waiting.

    ``size`` is how many bytes of its body are kept here.
    """

    def __init__(self, parser: ResponseParser) -> None:
        self.size = 0
        self._parser = parser
        self._chunks: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take bytes of the response; raises Failure(BROKEN)."""
        body = self._parser.feed(data)
        if body:
            self._chunks.append(body)
            self.size += len(body)

    def eof(self) -> None:
        """Take the upstream's close; raises Failure(CLOSED) where the response is cut short."""
        self._parser.eof()

    def take(self) -> bytes:
        """Return and forget what is kept of the body."""
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self.size = 0
        return body

    @property
    def head(self) -> ResponseHead | None:
        """The final head, once it has come."""
        return self._parser.head

    @property
    def ended(self) -> bool:
        """Whether the last byte of the response has come."""
        return self._parser.ended

    @property
    def surplus(self) -> bytes:
        """What came behind the end of the response."""
        return self._parser.surplus

    @property
    def switched(self) -> bool:
        """Whether the response was a 101, so that what follows is a tunnel's."""
        return self.head is not None and self.head.status == 101

    @property
    def leaves_silence(self) -> bool:
        """Whether the connection may carry another exchange, for all that the upstream said."""
        return self._parser.leaves_silence()
