"""The links that wait for their next exchange: one stack for each address."""

import asyncio
from collections.abc import Container
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
        self._seconds = settings.upstream_keep_alive_timeout
        self._most = settings.upstream_keep_alive_connections
        # In the order in which they became idle, so the first one is due first.
        self._since: dict[Link, float] = {}
        self._stacks: dict[Address, list[Link]] = {}
        self._retained: Container[Address] | None = None
        self._sweeper: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._since)

    def take(self, endpoint: Endpoint) -> Link | None:
        """Take the link that became idle last, discarding those that are no good."""
        stack = self._stacks.get((endpoint.address, endpoint.port))
        if not stack:
            return None
        oldest = self._loop.time() - self._seconds
        while stack:
            link = stack[-1]
            if self._since[link] > oldest and link.is_silent():
                self.forget(link)
                return link
            self._discard(link)
        return None

    def put(self, link: Link) -> None:
        """Keep a link for its next exchange, unless nothing would be sent there any more."""
        unwanted = self._retained is not None and link.address not in self._retained
        if unwanted or not self._most:
            link.abort()
            return
        self._since[link] = self._loop.time()
        self._stacks.setdefault(link.address, []).append(link)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)

    def forget(self, link: Link) -> None:
        """Give no longer, if it is here at all."""
        if self._since.pop(link, None) is None:
            return
        stack = self._stacks[link.address]
        if stack[-1] is link:
            stack.pop()
        else:
            stack.remove(link)
        if not stack:
            del self._stacks[link.address]

    def retain(self, addresses: Container[Address]) -> None:
        """Keep links to these addresses only, now and from now on."""
        self._retained = addresses
        for link in list(self._since):
            if link.address not in addresses:
                self._discard(link)

    def close(self) -> None:
        """Close all, and whatever comes."""
        self.retain(())
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def _discard(self, link: Link) -> None:
        self.forget(link)
        link.abort()

    def _sweep(self) -> None:
        self._sweeper = None
        now = self._loop.time()
        for link, since in list(self._since.items()):
            crowded = len(self._since) > self._most
            patience = min(SWEEP_SECONDS, self._seconds) if crowded else self._seconds
            if since > now - patience:
                break
            self._discard(link)
        if self._since:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)
