"""Connections in clear text, from the moment that they are accepted until they have a Gate."""

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import partial
from typing import Final

from ingress.model.messages import Peer

log: Final = logging.getLogger(__name__)


class Arrivals:
    """Those that are on their way; ``protocol`` makes what each is handed to."""

    def __init__(self, protocol: Callable[[Peer], asyncio.Protocol]) -> None:
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self._opening: set[asyncio.Task[None]] = set()

    def begin(self, connection: socket.socket, peer: Peer) -> None:
        """Give a connection its transport and its protocol."""
        # The loop makes the transport of a socket by a coroutine only.
        task = self._loop.create_task(self._open(connection, peer), name="arrival")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def over(self) -> None:
        """Wait until all of them have arrived."""
        await asyncio.gather(*self._opening)

    async def _open(self, connection: socket.socket, peer: Peer) -> None:
        try:
            await self._loop.connect_accepted_socket(partial(self._protocol, peer), connection)
        except OSError as error:
            log.debug("%s left before it was let in: %s", peer.address, error)
            connection.close()
