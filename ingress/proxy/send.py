"""Pick and send: choose an endpoint, send the request, wait for the response's head, or retry."""

from ingress.model.snapshot import Endpoint
from ingress.proxy.admission import Errand, Fixtures
from ingress.proxy.balancer import next_try
from ingress.proxy.failures import Failure, FailureKind, Retry
from ingress.proxy.handling import Handling
from ingress.proxy.upload import Upload
from ingress.proxy.upstream import Connection, ResponseHead


class Sender:
    """Sends requests upstream, for all exchanges."""

    def __init__(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures

    async def send(
        self, exchange: Handling, upload: Upload, *, errand: Errand
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
                fixtures = self._fixtures
                endpoint = (
                    fixtures.choose_again(errand, tried=tried) if tried else fixtures.choose(errand)
                )
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

    async def _try(
        self, exchange: Handling, upload: Upload, *, errand: Errand, to: tuple[Endpoint, bool]
    ) -> tuple[Connection, ResponseHead]:
        endpoint, fresh = to
        connection = await self._fixtures.upstreams.open(
            endpoint, timeouts=errand.served.timeouts, fresh=fresh
        )
        exchange.connection = connection
        asked = exchange.asked
        await connection.send_head(
            asked.head.method,
            asked.head.target,
            fields=errand.fields,
            framing=asked.framing,
            upgrade=errand.upgrade,
        )
        upload.start(connection)
        head = await connection.response()
        exchange.record.upstream_duration = exchange.seconds()
        return connection, head
