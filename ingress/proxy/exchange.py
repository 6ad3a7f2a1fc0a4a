"""One request on its way: what is pinned for it, and what has come of it so far."""

import time
from typing import TYPE_CHECKING

from ingress.model.messages import RequestHead, first_value
from ingress.policies import Identity, response_fields, without_named
from ingress.proxy.answers import Answer, error_page
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.replies import encode_head
from ingress.proxy.http1.messages import CHUNKED, UNTIL_CLOSE, ResponseHead
from ingress.proxy.record import AccessRecord
from ingress.proxy.state import State

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
        fields: bytes,
        closes: bool = False,
        dated: bool = False,
    ) -> bytes:
        """Begin the response and return its head.

        ``closes`` tells that the connection ends behind it, whatever the client asked for;
        ``dated`` that there is a Date among the lines.
        """
        self.keeps_alive = self.asked.keep_alive and not (closes or self.must_close)
        self.answered = True
        self.record.status = status
        return encode_head(
            status,
            reason,
            fields=fields,
            version=self.head.version,
            keep_alive=self.keeps_alive,
            dated=dated,
        )

    def relayed(self, head: ResponseHead) -> tuple[bytes, bool]:
        """Begin the upstream's response; return its head, and whether its body goes in chunks."""
        unsized = head.framing is CHUNKED or head.framing is UNTIL_CLOSE
        # An HTTP/1.0 client knows no chunks: its response ends where the connection does.
        chunked = unsized and self.head.version == (1, 1)
        fields = response_fields(head.kept, head.known)
        if chunked:
            fields += b"Transfer-Encoding: chunked\r\n"
        elif head.content_length is not None and head.status not in (204, 304):
            fields += b"Content-Length: %d\r\n" % head.content_length
        begun = self.begin(
            head.status,
            head.reason,
            fields=fields,
            closes=unsized and not chunked,
            dated=b"date" in head.known,
        )
        return begun, chunked

    def interim(self, head: ResponseHead) -> bytes:
        """Return a 1xx of the upstream's as it goes to the client."""
        fields = without_named(head.kept, head.known)
        return b"HTTP/1.1 %d %b\r\n%b\r\n" % (head.status, head.reason, fields)

    def answer(self, answer: Answer) -> bytes:
        """Begin an answer of ours and return the whole of it."""
        head = self.begin(answer.status, answer.reason, fields=answer.fields, closes=answer.closes)
        body = b"" if self.head.method == "HEAD" else answer.body
        self.record.bytes_out = len(body)
        return head + body

    def page(self, status: int) -> Answer:
        """Return the error page for this client."""
        accept = first_value(self.head.known, b"accept").decode("latin-1")
        return error_page(status, accept=accept, request_id=self.record.request_id)
