"""The pools of upstream connections, one per endpoint, for both lanes; kept across swaps."""

import asyncio
import socket
from collections.abc import Container
from typing import Final, NamedTuple

from ingress.model.policies import Timeouts
from ingress.model.snapshot import Endpoint
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.upstream.connection import Connection
from ingress.settings import ProxySettings

SWEEP_SECONDS: Final = 1.0
"""How coarse the end of an idle connection is; one that is due is never reused."""


class Address(NamedTuple):
    """What a pool is for: endpoints that differ in their target only share it."""

    host: str
    port: int


class Upstreams:
    """Every connection that we hold, idle or in use; needs a running event loop."""

    def __init__(self, settings: ProxySettings) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._all: set[Connection] = set()
        # In the order in which they became idle, so the first one is due first.
        self._idle: dict[Connection, float] = {}
        self._stacks: dict[Address, list[Connection]] = {}
        self._retained: Container[tuple[str, int]] | None = None
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
        connection = None if fresh else self._take(_address(endpoint))
        if connection is not None:
            connection.begin(timeouts, reused=True)
            return connection
        connection = await self._connect(endpoint, seconds=timeouts.connect)
        connection.begin(timeouts, reused=False)
        return connection

    def retain(self, addresses: Container[tuple[str, int]]) -> None:
        """Keep pools of these addresses only; what is in use elsewhere closes when it ends."""
        self._retained = addresses
        for connection in list(self._idle):
            if _address(connection.endpoint) not in self._retained:
                self._discard(connection)

    async def close(self) -> None:
        """Close every connection, those in use included, and wait until they are gone."""
        self._retained = frozenset()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for connection in list(self._all):
            self._discard(connection)
        if self._all:
            self._gone = self._loop.create_future()
            await self._gone

    def _take(self, address: Address) -> Connection | None:
        """Take the connection that became idle last, discarding those that are no good."""
        stack = self._stacks.get(address, [])
        oldest = self._loop.time() - self._settings.upstream_keep_alive_timeout
        while stack:
            connection = stack[-1]
            since = self._idle[connection]
            if since > oldest and connection.is_silent():
                self._forget(connection)
                return connection
            self._discard(connection)
        return None

    async def _connect(self, endpoint: Endpoint, *, seconds: float) -> Connection:
        try:
            async with asyncio.timeout(seconds):
                _, connection = await self._loop.create_connection(
                    lambda: self._new(endpoint), endpoint.address, endpoint.port
                )
        except (OSError, UnicodeError) as error:
            raise _connect_failure(error) from error
        if not connection.is_closed:
            self._all.add(connection)
        return connection

    def _new(self, endpoint: Endpoint) -> Connection:
        return Connection(
            endpoint,
            max_header_bytes=self._settings.max_header_bytes,
            on_idle=self._on_idle,
            on_lost=self._on_lost,
        )

    def _on_idle(self, connection: Connection) -> None:
        address = _address(connection.endpoint)
        if self._retained is not None and address not in self._retained:
            connection.abort()
            return
        self._idle[connection] = self._loop.time()
        self._stacks.setdefault(address, []).append(connection)
        if len(self._idle) > self._settings.upstream_keep_alive_connections:
            self._discard(next(iter(self._idle)))
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)

    def _on_lost(self, connection: Connection) -> None:
        self._forget(connection)
        self._all.discard(connection)
        if not self._all and self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def _forget(self, connection: Connection) -> None:
        if self._idle.pop(connection, None) is None:
            return
        address = _address(connection.endpoint)
        stack = self._stacks[address]
        stack.remove(connection)
        if not stack:
            del self._stacks[address]

    def _discard(self, connection: Connection) -> None:
        self._forget(connection)
        connection.abort()

    def _sweep(self) -> None:
        self._sweeper = None
        oldest = self._loop.time() - self._settings.upstream_keep_alive_timeout
        for connection, since in list(self._idle.items()):
            if since > oldest:
                break
            self._discard(connection)
        if self._idle:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)


def _address(endpoint: Endpoint) -> Address:
    return Address(endpoint.address, endpoint.port)


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
