"""The upstream half of a request in the express lane: pick, send, and try again."""

from typing import TYPE_CHECKING

from ingress.model.snapshot import Endpoint
from ingress.proxy.admission import Errand
from ingress.proxy.balancer import next_try
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.replies import CONTINUE
from ingress.proxy.exchange import Exchange
from ingress.proxy.express.upload import NO_UPLOAD, Upload
from ingress.proxy.failures import Failure, FailureKind, Retry
from ingress.proxy.patience import patience_for_a_body
from ingress.proxy.upstream.link import Link
from ingress.proxy.upstream.parser import ResponseParser
from ingress.proxy.upstream.requests import encode_head

if TYPE_CHECKING:
    import asyncio

    from ingress.proxy.express.lane import ExpressLane


class Sending(Exchange):
    """An Exchange on its way to a link; a Transit is what it becomes, and owns the link."""

    def _set_out(self, lane: "ExpressLane", gate: Gate) -> None:
        self._lane = lane
        self._pin(gate, self._lane.admission.pin(gate))
        self._upload = NO_UPLOAD
        self._errand: Errand
        self._parser: ResponseParser
        self._endpoint: Endpoint | None = None
        self._link: Link | None = None
        self._tried: tuple[Endpoint, ...] = ()
        self._dialling: asyncio.Task[None] | None = None
        self._unsent = self._interims = 0

    def send(self, errand: Errand) -> None:
        """Send the request on its errand; raises Failure."""
        self._errand = errand
        if self.asked.framing:
            self._upload = Upload(
                self.asked.framing,
                max_bytes=errand.served.max_bytes,
                patience=patience_for_a_body(self._lane.settings),
            )
        endpoint = self._endpoint = self._lane.fixtures.choose(errand)
        if endpoint is None:
            raise Failure(FailureKind.NO_ENDPOINTS, errand.backend.problem)
        self._send_to(endpoint, self._lane.idle.take(endpoint))

    def _send_to(self, endpoint: Endpoint, link: Link | None) -> None:
        """Send the request on this link, or on a new one."""
        self.record.tries += 1
        if link is not None:
            self.record.upstream = link.name
            self._begin(link)
            return
        self.record.upstream = str(endpoint)
        if not self._upload.whole:
            self.gate.pause(by_lane=True)
        self._dialling = self._lane.fixtures.upstreams.dial(
            endpoint, seconds=self._errand.served.timeouts.connect, then=self._dialled
        )

    def _dialled(self, link: Link | Failure) -> None:
        self._dialling = None
        if isinstance(link, Failure):
            self._retry(link)
        else:
            self._begin(link)

    def _retry(self, failure: Failure) -> None:
        """Try again after a failure on the upstream's side, if that may help."""
        self._leave_upstream()
        self._interims = 0
        if self.answered:
            self.fail(failure)
            return
        if self._endpoint is not None:
            self._tried += (self._endpoint,)
        retry = next_try(
            failure,
            method=self.head.method,
            body_consumed=self._upload.consumed > 0,
            tries=self.record.tries,
        )
        if retry is Retry.NEVER:
            self.fail(failure)
            return
        self.record.failed_tries += (failure.token,)
        fixtures, link = self._lane.fixtures, None
        if retry is Retry.OTHER_ENDPOINT:
            self._endpoint = fixtures.choose_again(self._errand, tried=self._tried)
            link = self._lane.idle.take(self._endpoint) if self._endpoint else None
        if self._endpoint is None:
            self.fail(failure)
        else:
            self._send_to(self._endpoint, link)

    def _begin(self, link: Link) -> None:
        errand, asked, head = self._errand, self.asked, self.head
        self._link = link
        self._parser = ResponseParser(head.method, self._lane.max_header_bytes)
        self._parser.upgrade = errand.upgrade
        link.take(self)
        start = encode_head(head.method, head.target, errand.fields, asked.framing, errand.upgrade)
        try:
            link.write(start)
        except Failure as failure:
            self._retry(link.fail(failure))
            return
        if asked.framing:
            self._upload.begin(link)
            self._want_body()
            self._watch_upstream()
        elif not link.full:
            link.deadline.within(errand.served.timeouts.read)

    def _want_body(self) -> None:
        if self.asked.expects_continue and not self.continued:
            self.gate.write(CONTINUE)
        self.continued = True
        self._watch_client()

    def upstream_lost(self, failure: Failure) -> None:
        """See upstream.link.Owner."""
        self._retry(failure)

    def upstream_full(self) -> None:
        """See upstream.link.Owner."""
        if self._link is not None:
            self._unsent = self._link.transport.get_write_buffer_size()
            self._link.deadline.within(self._errand.served.timeouts.send)
        self._upload.patience.rest()
        self.gate.pause(by_lane=True)
        self.gate.expect(None)

    def upstream_ready(self) -> None:
        """See upstream.link.Owner."""
        self._watch_client()
        self._watch_upstream()

    def upstream_too_late(self) -> None:
        """See upstream.link.Owner."""
        link = self._link
        assert link is not None  # noqa: S101 - as above
        if not link.full:
            timeout = Failure(FailureKind.READ_TIMEOUT, "the upstream does not answer")
        elif link.transport.get_write_buffer_size() < self._unsent:
            self.upstream_full()
            return
        else:
            timeout = Failure(FailureKind.SEND_TIMEOUT, "the upstream does not read")
        self._retry(link.fail(timeout))

    def _watch_upstream(self) -> None:
        """Give the upstream its time to answer, once it owes us one."""
        link = self._link
        if link is not None and not link.full:
            if self._upload.body.complete and not link.paused:
                link.deadline.within(self._errand.served.timeouts.read)
            else:
                link.deadline.clear()

    def _watch_client(self) -> None:
        """Give the client its time to send its body, while that is wanted."""
        if self._link is None or self._link.full or self.gate.full:
            return
        if self._upload.whole:
            self.gate.expect(None)
        else:
            self.gate.resume(by_lane=True)
            # Where the response has begun, both sides take their time: a stream in each direction.
            self.gate.expect(self._upload.patience.wait(paced=not self.answered))

    def _leave_upstream(self) -> None:
        """End the exchange, and its connection with it."""
        link = self._detached()
        if link is not None:
            link.abandon()

    def _detached(self) -> Link | None:
        """Return the link, which is no longer this request's, if it has one by now."""
        link, self._link = self._link, None
        if link is not None:
            if self.asked.framing:
                self._upload.stop()
        elif self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None
        return link

    def fail(self, failure: Failure) -> None:
        """End the request for this reason."""
        raise NotImplementedError

    def response_received(self, data: bytes) -> None:
        """See upstream.link.Owner."""
        raise NotImplementedError

    def upstream_ended(self) -> None:
        """See upstream.link.Owner."""
        raise NotImplementedError
