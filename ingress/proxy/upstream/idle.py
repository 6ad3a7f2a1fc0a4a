"""The links that wait for their next exchange: one stack for each address."""

import asyncio
from collections.abc import Container
from contextlib import suppress
from itertools import chain
from operator import attrgetter
from typing import Final, TypeAlias

from ingress.model.snapshot import Endpoint
from ingress.proxy.upstream.link import Link
from ingress.settings import ProxySettings

SWEEP_SECONDS: Final = 1.0
"""How coarse the end of an idle connection is; one that is due is never reused. So long, too, any
number may be idle: closing at once what the next burst takes would have it dialled again."""

Address: TypeAlias = tuple[str, int]
"""What a stack is for, host and port: endpoints that differ in their target only share it."""


class IdleLinks:
    """Takes links that became idle and gives them again; needs a running event loop."""

    def __init__(self, settings: ProxySettings) -> None:
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._seconds = settings.upstream_keep_alive_timeout
        self._most = settings.upstream_keep_alive_connections
        # Each in the order in which its links became idle; one may be empty until the next sweep.
        self._stacks: dict[Address, list[Link]] = {}
        self._retained: Container[Address] | None = None
        self._sweeper: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(map(len, self._stacks.values()))

    def take(self, endpoint: Endpoint) -> Link | None:
        """Take the link that became idle last, discarding those that are no good."""
        stack = self._stacks.get((endpoint.address, endpoint.port))
        if not stack:
            return None
        oldest = self._now() - self._seconds
        while stack:
            link = stack.pop()
            if link.idle_since > oldest and link.is_silent():
                return link
            link.abort()
        return None

    def put(self, link: Link) -> None:
        """Keep a link for its next exchange, unless nothing would be sent there any more."""
        unwanted = self._retained is not None and link.address not in self._retained
        if unwanted or not self._most:
            link.abort()
            return
        link.idle_since = self._now()
        stack = self._stacks.get(link.address)
        if stack is None:
            stack = self._stacks[link.address] = []
        stack.append(link)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)

    def forget(self, link: Link) -> None:
        """Give no longer, if it is here at all."""
        with suppress(KeyError, ValueError):
            self._stacks[link.address].remove(link)

    def retain(self, addresses: Container[Address]) -> None:
        """Keep links to these addresses only, now and from now on."""
        self._retained = addresses
        for address in [address for address in self._stacks if address not in addresses]:
            for link in self._stacks.pop(address):
                link.abort()

    def close(self) -> None:
        """Close all, and whatever comes."""
        self.retain(())
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def _sweep(self) -> None:
        self._sweeper = None
        now = self._now()
        links = sorted(chain.from_iterable(self._stacks.values()), key=attrgetter("idle_since"))
        crowd = len(links) - self._most
        for at, link in enumerate(links):
            patience = min(SWEEP_SECONDS, self._seconds) if at < crowd else self._seconds
            if link.idle_since > now - patience:
                break
            self.forget(link)
            link.abort()
        self._stacks = {address: stack for address, stack in self._stacks.items() if stack}
        if self._stacks:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)
