"""Relay: the response on its way down, as it comes."""

from collections.abc import Iterator

from ingress.policies import response_headers
from ingress.proxy.downstream.replies import chunk_of
from ingress.proxy.exchange import Exchange
from ingress.proxy.failures import Failure
from ingress.proxy.upstream import CHUNKED, UNTIL_CLOSE, Connection, ResponseHead


async def relay(
    exchange: Exchange, connection: Connection, head: ResponseHead, *, send_timeout: float
) -> None:
    """Send a response to the client as it arrives; raises Failure.

    ``send_timeout`` is how long the client may take nothing, in seconds.
    """
    unsized = head.framing in {CHUNKED, UNTIL_CLOSE}
    # An HTTP/1.0 client knows no chunks: its response ends where the connection does.
    chunked = unsized and exchange.head.version == (1, 1)
    headers = list(_framed(head, chunked=chunked))
    # The head goes out with the first piece of the body, if that is here already.
    held = exchange.begin(head.status, head.reason, headers=headers, closes=unsized and not chunked)
    wire, record = exchange.gate.wire, exchange.record
    if not connection.response_complete:
        await wire.send(held, seconds=send_timeout)
        held = b""
    while chunk := await _read(exchange, connection):
        await wire.send(held + (chunk_of(chunk) if chunked else chunk), seconds=send_timeout)
        record.bytes_out += len(chunk)
        held = b""
    await wire.send(held + (b"0\r\n\r\n" if chunked else b""), seconds=send_timeout)


def _framed(head: ResponseHead, *, chunked: bool) -> Iterator[tuple[bytes, bytes]]:
    """Yield what goes downstream, with one framing line at most, and that of ours."""
    for name, value in response_headers(head.headers):
        if name.lower() != b"content-length":
            yield name, value
        elif head.content_length is not None and head.status not in (204, 304):
            yield name, b"%d" % head.content_length
    if chunked:
        yield b"Transfer-Encoding", b"chunked"


async def _read(exchange: Exchange, connection: Connection) -> bytes:
    try:
        return await connection.read_body()
    except Failure as failure:
        # The upload may have closed the upstream for the client's sake.
        blame = exchange.upload.failure if exchange.upload is not None else None
        raise blame or failure from failure
