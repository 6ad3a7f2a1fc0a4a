"""One request on its way: what is pinned for it, and what has come of it so far."""

import time
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

    answered = keeps_alive = continued = False

    def __init__(
        self, gate: Gate, *, state: State, identity: Identity, record: AccessRecord
    ) -> None:
        self.gate = gate
        self.asked: Request = gate.request
        self.state = state
        self.identity = identity
        self.record = record
        self.head: RequestHead = self.asked.head
        self._began = time.perf_counter()

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
        return unheard or self.gate.draining or self.gate.broken

    def begin(
        self,
        status: int,
        reason: bytes,
        *,
        headers: Headers,
        closes: bool = False,
        dated: bool = False,
    ) -> bytes:
        """Begin the response and return its head.

        ``closes`` tells that the connection ends behind it, whatever the client asked for;
        ``dated`` that there is a Date among the headers.
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
            dated=dated,
        )

    def relayed(self, head: ResponseHead) -> tuple[bytes, bool]:
        """Begin the upstream's response; return its head, and whether its body goes in chunks."""
        unsized = head.framing is CHUNKED or head.framing is UNTIL_CLOSE
        # An HTTP/1.0 client knows no chunks: its response ends where the connection does.
        chunked = unsized and self.head.version == (1, 1)
        headers = response_headers(head.headers, head.known)
        if b"content-length" in head.known:
            headers = _with_length(headers, head)
        if chunked:
            headers = [*headers, (b"Transfer-Encoding", b"chunked")]
        begun = self.begin(
            head.status,
            head.reason,
            headers=headers,
            closes=unsized and not chunked,
            dated=b"date" in head.known,
        )
        return begun, chunked

    def interim(self, head: ResponseHead) -> bytes:
        """Return a 1xx of the upstream's as it goes to the client."""
        named = {b"content-length", b"server"}
        lines = [
            line
            for line in response_headers(head.headers, head.known)
            if line[0].lower() not in named
        ]
        return join_lines([b"HTTP/1.1 %d %b" % (head.status, head.reason), *map(b": ".join, lines)])

    def answer(self, answer: Answer) -> bytes:
        """Begin an answer of ours and return the whole of it."""
        head = self.begin(answer.status, answer.reason, headers=answer.lines, closes=answer.closes)
        body = b"" if self.head.method == "HEAD" else answer.body
        self.record.bytes_out = len(body)
        return head + body

    def page(self, status: int) -> Answer:
        """Return the error page for this client."""
        accept = first_value(self.head.known, b"accept").decode("latin-1")
        return error_page(status, accept=accept, request_id=self.record.request_id)


def _with_length(headers: Headers, head: ResponseHead) -> Headers:
    """Return headers with our own Content-Length in the place of the upstream's, or without."""
    if head.status not in (204, 304):
        length = b"%d" % (head.content_length or 0)
        if head.known[b"content-length"][0] == length:
            return headers
        own = [(b"Content-Length", length)]
    else:
        own = []
    at = next(i for i, line in enumerate(headers) if line[0].lower() == b"content-length")
    return [*headers[:at], *own, *headers[at + 1 :]]
