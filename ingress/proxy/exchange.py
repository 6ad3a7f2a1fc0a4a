"""One request on its way: what is pinned for it, and what has come of it so far."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingress.model.messages import Headers, RequestHead, first_value
from ingress.policies import Identity, response_headers
from ingress.proxy.answers import Answer, error_page
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.replies import encode_head
from ingress.proxy.record import AccessRecord
from ingress.proxy.state import State
from ingress.proxy.upstream.messages import CHUNKED, UNTIL_CLOSE, ResponseHead, join_lines

if TYPE_CHECKING:
    from ingress.proxy.downstream.heads import Request


class Exchange:
    """A request, in either lane; ``state`` is the one generation that it sees.

    ``answered`` is set once a response's head may be out: from then on a failure can only abort.
    ``keeps_alive`` tells whether another request may follow, for all that the response said.
    ``continued`` tells whether a client that waits for it was told to send its body.
    """

    def __init__(
        self, gate: Gate, *, state: State, identity: Identity, record: AccessRecord
    ) -> None:
        self.gate = gate
        self.asked: Request = gate.request
        self.state = state
        self.identity = identity
        self.record = record
        self.answered = self.keeps_alive = self.continued = False
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
        unheard = self.asked.expects_continue and not self.continued
        return self.gate.draining or unheard or self.gate.broken

    def begin(self, status: int, reason: bytes, *, headers: Headers, closes: bool = False) -> bytes:
        """Begin the response and return its head.

        ``closes`` tells that the connection ends behind it, whatever the client asked for.
        """
        self.keeps_alive = self.asked.keep_alive and not (closes or self.must_close)
        self.answered = True
        self.record.status = status
        return encode_head(
            status,
            reason,
            headers=headers,
            version=self.head.version,
            keep_alive=self.keeps_alive,
        )

    def relayed(self, head: ResponseHead) -> tuple[bytes, bool]:
        """Begin the upstream's response; return its head, and whether its body goes in chunks."""
        unsized = head.framing in {CHUNKED, UNTIL_CLOSE}
        # An HTTP/1.0 client knows no chunks: its response ends where the connection does.
        chunked = unsized and self.head.version == (1, 1)
        headers = list(_framed(head, chunked=chunked))
        closes = unsized and not chunked
        begun = self.begin(head.status, head.reason, headers=headers, closes=closes)
        return begun, chunked

    def interim(self, head: ResponseHead) -> bytes:
        """Return a 1xx of the upstream's as it goes to the client."""
        named = {b"content-length", b"server"}
        lines = [line for line in response_headers(head.headers) if line[0].lower() not in named]
        return join_lines([b"HTTP/1.1 %d %b" % (head.status, head.reason), *map(b": ".join, lines)])

    def answer(self, answer: Answer) -> bytes:
        """Begin an answer of ours and return the whole of it."""
        head = self.begin(answer.status, answer.reason, headers=answer.lines, closes=answer.closes)
        body = b"" if self.head.method == "HEAD" else answer.body
        self.record.bytes_out = len(body)
        return head + body

    def page(self, status: int) -> Answer:
        """Return the error page for this client."""
        accept = first_value(self.head.headers, b"accept").decode("latin-1")
        return error_page(status, accept=accept, request_id=self.record.request_id)


def _framed(head: ResponseHead, *, chunked: bool) -> Iterator[tuple[bytes, bytes]]:
    """Yield what goes downstream, with one framing line at most, and that of ours."""
    for name, value in response_headers(head.headers):
        if name.lower() != b"content-length":
            yield name, value
        elif head.content_length is not None and head.status not in (204, 304):
            yield name, b"%d" % head.content_length
    if chunked:
        yield b"Transfer-Encoding", b"chunked"
