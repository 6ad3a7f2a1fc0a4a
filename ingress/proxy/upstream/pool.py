"""The pools of upstream connections, one per endpoint, for both lanes; kept across swaps."""

import asyncio
import socket
from collections.abc import Callable, Container
from typing import Final, TypeAlias, cast

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.connection import Connection
from ingress.proxy.upstream.link import Link
from ingress.settings import ProxySettings

SWEEP_SECONDS: Final = 1.0
"""How coarse the end of an idle connection is; one that is due is never reused."""


Address: TypeAlias = tuple[str, int]
"""What a pool is for, host and port: endpoints that differ in their target only share it."""


class Upstreams:
    """Every connection that we hold, idle or in use; needs a running event loop."""

    def __init__(self, settings: ProxySettings) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._all: set[Link] = set()
        # In the order in which they became idle, so the first one is due first.
        self._idle: dict[Link, float] = {}
        self._stacks: dict[Address, list[Link]] = {}
        self._dialling: set[asyncio.Task[None]] = set()
        self._retained: Container[Address] | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._gone: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"<Upstreams {len(self._all)} open, {len(self._idle)} idle>"

    async def open(
        self, endpoint: Endpoint, *, timeouts: Timeouts, fresh: bool = False
    ) -> Connection:
        """Return a connection for one exchange: an idle one that is proven silent, or a new one.

        ``timeouts`` hold for this exchange. ``fresh`` takes no idle one (a retry after STALE).
        Raises Failure: REFUSED, UNREACHABLE, UNRESOLVED, CONNECT_TIMEOUT.
        """
        link = None if fresh else self.take(endpoint)
        if link is None:
            link = await self._connect(endpoint, seconds=timeouts.connect)
        return Connection(link, timeouts=timeouts, max_header_bytes=self._settings.max_header_bytes)

    def take(self, endpoint: Endpoint) -> Link | None:
        """Take the link that became idle last, discarding those that are no good."""
        stack = self._stacks.get(_address(endpoint))
        if not stack:
            return None
        oldest = self._loop.time() - self._settings.upstream_keep_alive_timeout
        while stack:
            link = stack[-1]
            if self._idle[link] > oldest and link.is_silent():
                self._forget(link)
                return link
            self._discard(link)
        return None

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
        """Keep pools of these addresses only; what is in use elsewhere closes when it ends."""
        self._retained = addresses
        for link in list(self._idle):
            if link.address not in self._retained:
                self._discard(link)

    async def close(self) -> None:
        """Close every connection, those in use included, and wait until they are gone."""
        self._retained = frozenset()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for link in list(self._all):
            self._discard(link)
        if self._all:
            self._gone = self._loop.create_future()
            await self._gone

    async def _connect(self, endpoint: Endpoint, *, seconds: float) -> Link:
        link = Link(endpoint, on_idle=self._on_idle, on_lost=self._on_lost)
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

    def _on_idle(self, link: Link) -> None:
        address = link.address
        if self._retained is not None and address not in self._retained:
            link.abort()
            return
        self._idle[link] = self._loop.time()
        self._stacks.setdefault(address, []).append(link)
        if len(self._idle) > self._settings.upstream_keep_alive_connections:
            self._discard(next(iter(self._idle)))
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)

    def _on_lost(self, link: Link) -> None:
        self._forget(link)
        self._all.discard(link)
        if not self._all and self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def _forget(self, link: Link) -> None:
        if self._idle.pop(link, None) is None:
            return
        address = link.address
        stack = self._stacks[address]
        if stack[-1] is link:
            stack.pop()
        else:
            stack.remove(link)
        if not stack:
            del self._stacks[address]

    def _discard(self, link: Link) -> None:
        self._forget(link)
        link.abort()

    def _sweep(self) -> None:
        self._sweeper = None
        oldest = self._loop.time() - self._settings.upstream_keep_alive_timeout
        for link, since in list(self._idle.items()):
            if since > oldest:
                break
            self._discard(link)
        if self._idle:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)


def _address(endpoint: Endpoint) -> Address:
    return endpoint.address, endpoint.port


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
