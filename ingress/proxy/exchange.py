"""One request on its way: what is pinned for it, and what has come of it so far."""

from time import perf_counter_ns
from typing import TypeAlias

from ingress.model.messages import first_value
from ingress.policies.headers import response_fields, without_named
from ingress.policies.identity import Identity
from ingress.proxy.answers import Answer, error_page
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.replies import date_line, start_of
from ingress.proxy.http1.messages import CHUNKED, UNTIL_CLOSE, ResponseHead, StatusLine
from ingress.proxy.record import AccessRecord
from ingress.proxy.state import State

Pinned: TypeAlias = tuple[State, Identity, AccessRecord]
"""What is decided when a request begins."""


class Exchange:
    """A request, in either lane; ``state`` is the one generation that it sees.

    ``answered`` is set once a response's head may be out: from then on a failure can only abort.
    ``keeps_alive`` tells whether another request may follow, for all that the response said.
    ``continued`` tells whether a client that waits for it was told to send its body. ``chunked``
    tells whether the body of the response goes in chunks, ``closes`` whether the connection ends
    behind it, whatever the client asked for.
    """

    def __init__(self, gate: Gate, pinned: Pinned) -> None:
        self._pin(gate, pinned)

    def _pin(self, gate: Gate, pinned: Pinned) -> None:
        # Apart from __init__, since a call by way of super() takes as long as all of this.
        self.gate = gate
        self.asked = self.gate.request
        self.head = self.asked.head
        self.state, self.identity, self.record = pinned
        self.answered = self.keeps_alive = self.continued = False
        self.chunked = self.closes = False
        self._began = perf_counter_ns()

    def seconds(self) -> float:
        """Return how long it is since the head was read; uvloop's clock has milliseconds only."""
        now = perf_counter_ns()
        return (now - self._began) // 1000 / 1_000_000

    def _must_close(self) -> bool:
        """Tell whether the response has to announce that the connection closes behind it.

        A client that was not told to continue may send its body or not: nobody could tell its
        next request from it (RFC 9110 §10.1.1).
        """
        unheard = self.asked.expects_continue and not self.continued
        return self.closes or unheard or self.gate.draining or self.gate.broken

    def begin(self, line: StatusLine) -> bytes:
        """Begin the response, and return what its fields follow."""
        self.keeps_alive = self.asked.keep_alive and not self._must_close()
        self.answered = True
        self.record.status = line.status
        return start_of(line, self.head.version, self.keeps_alive)

    def relayed(self, head: ResponseHead) -> bytes:
        """Begin the upstream's response, and return its head."""
        fields = response_fields(head.kept, head.known, head.options)
        date = b"" if "date" in head.known else date_line()
        framing, framed = head.framing, b""
        if framing is CHUNKED or framing is UNTIL_CLOSE:
            # An HTTP/1.0 client knows no chunks: its response ends where the connection does.
            self.chunked = self.head.version == (1, 1)
            self.closes = not self.chunked
            if self.chunked:
                framed = b"Transfer-Encoding: chunked\r\n"
        elif head.length is not None and head.status not in {204, 304}:
            framed = head.length.line
        return b"".join((self.begin(head.line), fields, date, framed, b"\r\n"))

    def interim(self, head: ResponseHead) -> bytes:
        """Return a 1xx of the upstream's as it goes to the client."""
        fields = without_named(head.kept, head.options)
        return head.line.lines[1] + fields + b"\r\n"

    def answer(self, answer: Answer) -> bytes:
        """Begin an answer of ours and return the whole of it."""
        self.closes = answer.closes
        start = self.begin(answer.line)
        body = b"" if self.head.method == "HEAD" else answer.body
        self.record.bytes_out = len(body)
        return start + answer.fields + b"\r\n" + body

    def page(self, status: int) -> Answer:
        """Return the error page for this client."""
        accept = first_value(self.head.known, "accept").decode("latin-1")
        return error_page(status, accept=accept, request_id=self.record.request_id)
