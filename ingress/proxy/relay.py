"""Relay: the response on its way down, as it comes."""

from ingress.proxy.failures import Failure
from ingress.proxy.handling import Handling
from ingress.proxy.http1.messages import chunk_of
from ingress.proxy.upstream import Connection, ResponseHead


async def relay(
    exchange: Handling, connection: Connection, head: ResponseHead, *, send_timeout: float
) -> None:
    """Send a response to the client as it arrives; raises Failure.

    ``send_timeout`` is how long the client may take nothing, in seconds.
    """
    # The head goes out with the first piece of the body, if that is here already.
    held = exchange.relayed(head)
    wire, record = exchange.wire, exchange.record
    if not connection.response_complete:
        await wire.send(held, seconds=send_timeout)
        held = b""
    while chunk := await _read(exchange, connection):
        await wire.send(
            held + (chunk_of(chunk) if exchange.chunked else chunk), seconds=send_timeout
        )
        record.bytes_out += len(chunk)
        held = b""
    await wire.send(held + (b"0\r\n\r\n" if exchange.chunked else b""), seconds=send_timeout)


async def _read(exchange: Handling, connection: Connection) -> bytes:
    try:
        return await connection.read_body()
    except Failure as failure:
        # The upload may have closed the upstream for the client's sake.
        blame = exchange.upload.failure if exchange.upload is not None else None
        raise blame or failure from failure
