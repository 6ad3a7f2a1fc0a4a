"""A request in the express lane, a machine that callbacks drive: relay > record."""

from typing import TYPE_CHECKING, Final

from ingress.model.messages import Trailers
from ingress.policies import trailing_headers
from ingress.proxy.answers import Answer
from ingress.proxy.express.sending import Sending
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.http1.messages import SWITCHING, ResponseHead, chunk_of, last_chunk
from ingress.proxy.switch import followed, tunnel

if TYPE_CHECKING:
    from ingress.proxy.downstream.gate import Gate
    from ingress.proxy.express.lane import ExpressLane

DEAR: Final = 16_384
"""From how many bytes on copying a body costs more than handing on two pieces."""


class Transit(Sending):
    """The carrier of its gate and the owner of its link, until it is ``over``.

    Bytes are passed on in the callback that brings them. Either side that is slow to read stops
    the reading of the other.
    """

    def __init__(self, lane: "ExpressLane", gate: "Gate") -> None:
        self._set_out(lane, gate)
        self.over = self._early = self._done = False

    def reply(self, answer: Answer) -> None:
        """Give an answer of ours in the upstream's place."""
        self.gate.write(self.answer(answer))
        self._finish()

    def fail(self, failure: Failure) -> None:
        """End with an error page, or by an abort where a response has begun."""
        self._leave_upstream()
        self.record.failure = failure.token
        if not self.answered and failure.kind is not FailureKind.CLIENT_GONE:
            self.reply(self.page(failure.status))
            return
        # Never a second response, never a clean end.
        self.keeps_alive = False
        self._record()
        self.gate.abort()

    # What the gate calls.

    def body_received(self, data: bytes) -> None:
        """See downstream.carrier.Carrier."""
        if self.over or self._done:
            return
        try:
            self._upload.receive(data)
        except Failure as failure:
            self.fail(failure)
            return
        if self._link is not None:
            self._watch_client()

    def body_ended(self, trailers: Trailers) -> None:
        """See downstream.carrier.Carrier."""
        if self.over or self._done:
            return
        self._upload.end(trailing_headers(trailers))
        if self._link is not None:
            self._watch_client()
            self._watch_upstream()

    def body_broken(self, failure: Failure) -> None:
        """See downstream.carrier.Carrier."""
        if not self.over:
            self.fail(failure)

    def client_full(self) -> None:
        """See downstream.carrier.Carrier."""
        if self._link is not None:
            self._link.pause_reading()
            self._link.deadline.clear()
        self._upload.patience.rest()
        self.gate.expect(self._lane.settings.client_send_timeout)

    def client_ready(self) -> None:
        """See downstream.carrier.Carrier."""
        if self._done:
            self._end()
        elif self._link is not None:
            self._watch_client()
            self._link.resume_reading()
            self._watch_upstream()

    def client_too_late(self) -> None:
        """See downstream.carrier.Carrier."""
        if self.gate.full:
            self.fail(Failure(FailureKind.CLIENT_GONE, "the client takes nothing"))
        elif (left := self._upload.patience.wait(paced=not self.answered)) > 0:
            self.gate.expect(left)  # the response has begun meanwhile
        else:
            self.fail(Failure(FailureKind.REQUEST_TIMEOUT, "the body stopped"))

    def client_left(self) -> None:
        """See downstream.carrier.Carrier."""
        if not self.over:
            self._leave_upstream()
            self.record.failure = FailureKind.CLIENT_GONE
            self._record()

    # What the link calls, beside what Sending hears.

    def response_received(self, data: bytes) -> None:
        """See upstream.link.Owner."""
        parser, link = self._parser, self._link
        assert link is not None  # noqa: S101 - a link without its Transit has no owner
        try:
            body = parser.feed(data)
        except Failure as failure:
            self._retry(link.fail(failure))
            return
        if self.answered:
            written = chunk_of(body) if self.chunked and body else body
        else:
            if parser.interims:
                self._pass_interims()
            if parser.head is None:
                self._watch_upstream()
                return
            if parser.head.status == SWITCHING:
                self._switch(parser.head)
                return
            written = self._respond(parser.head, body)
        self.record.bytes_out += len(body)
        if parser.ended:
            self._relayed(written)
            return
        self.gate.write(written)
        if not self.gate.full:
            self._watch_upstream()

    def upstream_ended(self) -> None:
        """See upstream.link.Owner."""
        link = self._link
        assert link is not None  # noqa: S101 - as above
        try:
            self._parser.eof()
        except Failure as failure:
            self._retry(link.fail(failure))
        else:
            self._relayed(b"")

    # Relay and record.

    def _pass_interims(self) -> None:
        """Pass on what comes before the response; 100 is for us to say, when a body is wanted."""
        for head in self._parser.interims[self._interims :]:
            self._interims += 1
            if head.status != 100 and self.head.version == (1, 1):
                self.gate.write(self.interim(head))

    def _respond(self, head: ResponseHead, body: bytes) -> bytes:
        self.record.upstream_duration = self.seconds()
        self._early = not self._upload.body.complete
        begun = self.relayed(head)
        framed = chunk_of(body) if self.chunked and body else body
        if len(framed) < DEAR:
            return begun + framed
        self.gate.write(begun, framed)
        return b""

    def _relayed(self, written: bytes) -> None:
        """Write the rest of the response, and let go of the upstream."""
        parser = self._parser
        if self.chunked:
            written += last_chunk(trailing_headers(parser.trailers))
        clean = parser.leaves_silence() and self._upload.body.complete and not self._early
        link = self._detached()
        assert link is not None  # noqa: S101 - as above
        if clean:
            link.give_back()
        else:
            link.abandon()
        self.gate.write(written)
        self._finish()

    def _switch(self, head: ResponseHead) -> None:
        link, self._link = self._link, None
        assert link is not None  # noqa: S101 - as above
        self._done = True
        self.record.upstream_duration = self.seconds()
        passing = tunnel(
            self,
            head,
            upstream=link.into_tunnel(),
            surplus=self._parser.surplus,
            timeouts=self._errand.served.timeouts,
        )
        self._lane.keep(followed(passing, self._record))

    def _finish(self) -> None:
        """End once the client has taken so much that more may follow."""
        self._done = True
        if not self.gate.full:
            self._end()
        else:
            self.gate.expect(self._lane.settings.client_send_timeout)

    def _end(self) -> None:
        self._record()
        gate = self.gate
        if self.asked.framing:
            gate.resume(by_lane=True)
        gate.finished(self.keeps_alive)
        if not self.keeps_alive:
            gate.close()

    def _record(self) -> None:
        """Tell of the request that is over."""
        self.over = True
        record = self.record
        record.status = record.status or 499
        record.duration = self.seconds()
        if self.asked.framing:
            record.bytes_in = self._upload.consumed
        self._lane.recorder.add(record)
