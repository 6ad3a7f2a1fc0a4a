"""What has arrived of a response: the parser's events, kept until somebody asks for them."""

from ingress.proxy.upstream.messages import ResponseHead
from ingress.proxy.upstream.parser import End, Event, ResponseParser


class Inbox:
    """Fed by a connection as bytes come in, emptied by the lane; no I/O, no waiting.

    ``heard`` tells whether a byte of the response has come, ``ended`` whether its last one has,
    ``size`` how many bytes of its body are kept here.
    """

    def __init__(self, parser: ResponseParser) -> None:
        self.head: ResponseHead | None = None
        self.heard = False
        self.ended = False
        self.size = 0
        self._parser = parser
        self._chunks: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take bytes of the response; raises Failure(BROKEN)."""
        self.heard = True
        self._keep(self._parser.feed(data))

    def eof(self) -> None:
        """Take the upstream's close; raises Failure(CLOSED) where the response is cut short."""
        self._keep(self._parser.eof())

    def take(self) -> bytes:
        """Return and forget what is kept of the body."""
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self.size = 0
        return body

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
        if self.head is None or self.switched or self.surplus:
            return False
        return self.ended and self.head.keep_alive

    def _keep(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, ResponseHead):
                self.head = event
            elif isinstance(event, End):
                self.ended = True
            else:
                self._chunks.append(event)
                self.size += len(event)
