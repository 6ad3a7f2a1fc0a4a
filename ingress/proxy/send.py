"""Pick and send: choose an endpoint, send the request, wait for the response's head, or retry."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from ingress.model.messages import Headers
from ingress.model.policies import Timeouts
from ingress.model.snapshot import Backend, Endpoint
from ingress.proxy.balancer import Balancer, next_try
from ingress.proxy.exchange import Exchange
from ingress.proxy.failures import Failure, FailureKind, Retry
from ingress.proxy.upload import Upload
from ingress.proxy.upstream import Connection, ResponseHead, Upstreams


class Errand(NamedTuple):
    """What is to be sent, and where.

    ``client`` is whom affinity is for; ``upgrade`` names the protocols to ask for.
    """

    backend: Backend
    headers: Headers
    timeouts: Timeouts
    client: str
    upgrade: bytes = b""


class Sender:
    """Sends requests upstream, for all exchanges.

    ``newest`` returns a backend, by its key, as the newest generation has it.
    """

    def __init__(
        self,
        upstreams: Upstreams,
        balancer: Balancer,
        *,
        newest: Callable[[str], Backend | None],
    ) -> None:
        self._upstreams = upstreams
        self._balancer = balancer
        self._newest = newest

    async def send(
        self, exchange: Exchange, upload: Upload, *, errand: Errand
    ) -> tuple[Connection, ResponseHead]:
        """Return the response's head and where its body comes from; raises Failure.

        A failed try is repeated where ``balancer.next_try`` allows it.
        """
        record, retry = exchange.record, Retry.OTHER_ENDPOINT
        tried: set[Endpoint] = set()
        failure: Failure | None = None
        endpoint: Endpoint | None = None
        while True:
            if retry is Retry.OTHER_ENDPOINT:
                endpoint = self._choose(errand, tried)
            if endpoint is None:
                raise failure or Failure(FailureKind.NO_ENDPOINTS, errand.backend.problem)
            record.tries += 1
            record.upstream = str(endpoint)
            tried.add(endpoint)
            try:
                fresh = retry is Retry.NEW_CONNECTION
                return await self._try(exchange, upload, errand=errand, to=(endpoint, fresh))
            except Failure as failed:
                await upload.stop()
                failure = upload.failure or failed
            retry = next_try(
                failure,
                method=exchange.head.method,
                body_consumed=upload.consumed > 0,
                tries=record.tries,
            )
            if retry is Retry.NEVER:
                raise failure
            record.failed_tries += (failure.token,)

    def _choose(self, errand: Errand, tried: Collection[Endpoint]) -> Endpoint | None:
        """Choose among the endpoints of the request's generation; of the newest one for a retry.

        What failed was probably withdrawn meanwhile, and what replaces it is known by then.
        """
        backend = errand.backend
        if tried:
            backend = self._newest(backend.key) or backend
        return self._balancer.choose(backend, client=errand.client, avoid=tried)

    async def _try(
        self, exchange: Exchange, upload: Upload, *, errand: Errand, to: tuple[Endpoint, bool]
    ) -> tuple[Connection, ResponseHead]:
        endpoint, fresh = to
        connection = await self._upstreams.open(endpoint, timeouts=errand.timeouts, fresh=fresh)
        exchange.connection = connection
        asked = exchange.asked
        await connection.send_head(
            asked.head.method,
            asked.head.target,
            headers=errand.headers,
            framing=asked.framing,
            upgrade=errand.upgrade,
        )
        upload.start(connection)
        head = await connection.response()
        exchange.record.upstream_duration = exchange.elapsed
        return connection, head
