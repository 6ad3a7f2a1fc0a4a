"""A 101: the two connections become a tunnel of bytes."""

import asyncio
from collections.abc import Awaitable, Callable

from ingress.model.messages import first_value
from ingress.model.policies import Timeouts
from ingress.policies import response_fields
from ingress.proxy.exchange import Exchange
from ingress.proxy.upstream import Relay, ResponseHead


async def tunnel(
    exchange: Exchange,
    head: ResponseHead,
    *,
    upstream: asyncio.Transport,
    surplus: bytes,
    timeouts: Timeouts,
) -> None:
    """Pass the 101 on, then bytes both ways until both sides have ended.

    ``surplus`` is what came behind the 101. The tunnel is over too when nothing has moved for the
    longer one of the timeouts.
    """
    chosen = first_value(head.known, "upgrade")
    fields = response_fields(head.kept, head.known, head.options)
    fields += b"Connection: upgrade\r\nUpgrade: %b\r\n" % chosen
    gate, record = exchange.gate, exchange.record
    gate.write(exchange.begin(head.line) + fields + b"\r\n")
    to_upstream, downstream = gate.into_tunnel()
    relay = Relay(downstream, upstream, idle_timeout=max(timeouts.read, timeouts.send))
    relay.start(to_downstream=surplus, to_upstream=to_upstream)
    try:
        record.bytes_out, record.bytes_in = await relay.finished()
    finally:
        gate.left_tunnel()


async def followed(passing: Awaitable[None], then: Callable[[], None]) -> None:
    """Wait for a tunnel's end, and call back, however it ended."""
    try:
        await passing
    finally:
        then()
