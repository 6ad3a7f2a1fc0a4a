"""The upstream half of a request in the express lane: pick, send, and try again."""

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING

from ingress.policies import Identity
from ingress.proxy.admission import Errand
from ingress.proxy.balancer import next_try
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.downstream.replies import CONTINUE
from ingress.proxy.exchange import Exchange
from ingress.proxy.express.upload import NO_UPLOAD, Upload
from ingress.proxy.failures import Failure, FailureKind, Retry
from ingress.proxy.record import AccessRecord
from ingress.proxy.state import State
from ingress.proxy.upstream import Link
from ingress.proxy.upstream.parser import ResponseParser
from ingress.proxy.upstream.requests import encode_head

if TYPE_CHECKING:
    import asyncio

    from ingress.model.snapshot import Endpoint
    from ingress.proxy.express.lane import ExpressLane

_name = lru_cache(maxsize=4096)(str)


class Sending(Exchange, ABC):
    """An Exchange on its way to a link; a Transit is what it becomes, and owns the link."""

    _errand: Errand
    _parser: ResponseParser
    _upload = NO_UPLOAD
    _endpoint: "Endpoint | None" = None
    _link: Link | None = None
    _failure: Failure | None = None
    _tried: "tuple[Endpoint, ...]" = ()
    _dialling: "asyncio.Task[None] | None" = None
    _unsent = _interims = 0

    def __init__(
        self,
        lane: "ExpressLane",
        gate: Gate,
        *,
        state: State,
        identity: Identity,
        record: AccessRecord,
    ) -> None:
        super().__init__(gate, state=state, identity=identity, record=record)
        self._lane = lane

    def send(self, errand: Errand) -> None:
        """Send the request on its errand; raises Failure."""
        self._errand = errand
        if self.asked.framing:
            self._upload = Upload(self.asked.framing, max_bytes=errand.max_bytes)
        self._try(Retry.OTHER_ENDPOINT)

    def _try(self, retry: Retry) -> None:
        fixtures, errand = self._lane.fixtures, self._errand
        if retry is Retry.OTHER_ENDPOINT:
            self._endpoint = fixtures.choose(errand, tried=self._tried)
        endpoint = self._endpoint
        if endpoint is None:
            raise self._failure or Failure(FailureKind.NO_ENDPOINTS, errand.backend.problem)
        self.record.tries += 1
        self.record.upstream = _name(endpoint)
        fresh = retry is Retry.NEW_CONNECTION
        link = None if fresh else fixtures.upstreams.take(endpoint)
        if link is not None:
            self._begin(link)
            return
        if not self._upload.whole:
            self.gate.pause(by_lane=True)
        self._dialling = fixtures.upstreams.dial(
            endpoint, seconds=errand.timeouts.connect, then=self._dialled
        )

    def _dialled(self, link: Link | Failure) -> None:
        self._dialling = None
        if isinstance(link, Failure):
            self._retry(link)
        else:
            self._begin(link)

    def _retry(self, failure: Failure) -> None:
        """Try again after a failure on the upstream's side, if that may help."""
        self._leave_upstream(clean=False)
        self._interims = 0
        if self.answered:
            self.fail(failure)
            return
        self._failure = failure
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
        try:
            self._try(retry)
        except Failure as last:
            self.fail(last)

    def _begin(self, link: Link) -> None:
        errand, head = self._errand, self.head
        self._link = link
        self._parser = ResponseParser(
            head.method,
            upgrade=errand.upgrade,
            max_header_bytes=self._lane.settings.max_header_bytes,
        )
        link.take(self)
        try:
            link.write(
                encode_head(
                    head.method,
                    head.target,
                    fields=errand.fields,
                    framing=self.asked.framing,
                    upgrade=errand.upgrade,
                )
            )
        except Failure as failure:
            self._retry(link.fail(failure))
            return
        if self.asked.framing:
            self._upload.begin(link)
            self._want_body()
        self._watch_upstream()

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
            self._link.deadline.within(self._errand.timeouts.send)
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
            if self._upload.complete and not link.paused:
                link.deadline.within(self._errand.timeouts.read)
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
            self.gate.expect(self._lane.settings.client_body_timeout)

    def _leave_upstream(self, *, clean: bool) -> None:
        link, self._link = self._link, None
        if link is not None:
            if self.asked.framing:
                self._upload.stop()
            link.give_back(clean=clean)
        elif self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None

    @abstractmethod
    def fail(self, failure: Failure) -> None:
        """End the request for this reason."""

    @abstractmethod
    def response_received(self, data: bytes) -> None:
        """See upstream.link.Owner."""

    @abstractmethod
    def upstream_ended(self) -> None:
        """See upstream.link.Owner."""
