"""Every upstream connection, for both lanes; kept across swaps."""

import asyncio
import socket
from collections.abc import Callable, Container
from typing import cast

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.outlet import Turn
from ingress.proxy.upstream.connection import Connection
from ingress.proxy.upstream.idle import Address, IdleLinks
from ingress.proxy.upstream.link import Link
from ingress.settings import ProxySettings


class Upstreams:
    """Every connection that we hold, idle or in use; needs a running event loop."""

    def __init__(self, settings: ProxySettings) -> None:
        self.idle = IdleLinks(settings)
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._turn = Turn(self._loop)
        self._all: set[Link] = set()
        self._dialling: set[asyncio.Task[None]] = set()
        self._gone: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"<Upstreams {len(self._all)} open, {len(self.idle)} idle>"

    async def open(
        self, endpoint: Endpoint, *, timeouts: Timeouts, fresh: bool = False
    ) -> Connection:
        """Return a connection for one exchange: an idle one that is proven silent, or a new one.

        ``timeouts`` hold for this exchange. ``fresh`` takes no idle one (a retry after STALE).
        Raises Failure: REFUSED, UNREACHABLE, UNRESOLVED, CONNECT_TIMEOUT.
        """
        link = None if fresh else self.idle.take(endpoint)
        if link is None:
            link = await self._connect(endpoint, seconds=timeouts.connect)
        return Connection(link, timeouts=timeouts, max_header_bytes=self._settings.max_header_bytes)

    def dial(
        self, endpoint: Endpoint, *, seconds: float, then: Callable[[Link | Failure], None]
    ) -> "asyncio.Task[None]":
        """Open a new link within so many seconds, and call back with it, or with the failure."""
        task = asyncio.create_task(self._dial(endpoint, seconds=seconds, then=then), name="dial")
        self._dialling.add(task)
        task.add_done_callback(self._dialling.discard)
        return task

    async def _dial(
        self, endpoint: Endpoint, *, seconds: float, then: Callable[[Link | Failure], None]
    ) -> None:
        try:
            link = await self._connect(endpoint, seconds=seconds)
        except Failure as failure:
            then(failure)
        else:
            then(link)

    def retain(self, addresses: Container[Address]) -> None:
        """Keep links to these addresses only; what is in use elsewhere closes when it ends."""
        self.idle.retain(addresses)

    async def close(self) -> None:
        """Close every connection, those in use included, and wait until they are gone."""
        self.idle.close()
        for link in list(self._all):
            link.abort()
        if self._all:
            self._gone = self._loop.create_future()
            await self._gone

    async def _connect(self, endpoint: Endpoint, *, seconds: float) -> Link:
        link = Link(endpoint, self._turn, on_idle=self.idle.put, on_lost=self._on_lost)
        try:
            async with asyncio.timeout(seconds):
                await self._loop.create_connection(
                    lambda: cast("asyncio.Protocol", link), endpoint.address, endpoint.port
                )
        except (OSError, UnicodeError) as error:
            raise _connect_failure(error) from error
        if not link.is_closed:
            self._all.add(link)
        return link

    def _on_lost(self, link: Link) -> None:
        self.idle.forget(link)
        self._all.discard(link)
        if not self._all and self._gone is not None and not self._gone.done():
            self._gone.set_result(None)


def _connect_failure(error: OSError | UnicodeError) -> Failure:
    match error:
        case TimeoutError():
            kind = FailureKind.CONNECT_TIMEOUT
        case ConnectionRefusedError():
            kind = FailureKind.REFUSED
        case socket.gaierror() | UnicodeError():
            kind = FailureKind.UNRESOLVED
        case _:
            kind = FailureKind.UNREACHABLE
    return Failure(kind, str(error))
