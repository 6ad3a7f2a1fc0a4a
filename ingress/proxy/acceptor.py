"""Takes connections off a listening socket, many at a time.

libuv takes one a turn of the event loop: where a turn is long, whoever is new waits for seconds.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

from ingress.model.messages import Peer

log: Final = logging.getLogger(__name__)

AT_ONCE: Final = 64
"""Connections that are taken before those that are already there get their turn."""
SECURE_AT_ONCE: Final = 16
"""The same with TLS: each is a third of a millisecond's work once it has said hello."""
PAUSE: Final = 0.1
"""Seconds to wait where there is no room; those who knock meanwhile wait in the kernel."""
REMIND: Final = 60.0
"""Seconds between two lines in the log about that."""


class _Accepted(socket.socket):
    """Says its family and type as numbers: as members of enums each costs 5,000 instructions."""

    __slots__ = ()

    family: Any = socket.SocketType.family
    type: Any = socket.SocketType.type


class Acceptor:
    """Accepts on a listening socket, which is its own from now on, and has somebody ``begin``.

    That gets each connection and its peer, of whom ``tls`` is told. Where the system has no
    descriptor left, or no memory, nothing is accepted for a moment.
    """

    def __init__(
        self,
        listener: socket.socket,
        begin: Callable[[socket.socket, Peer], None],
        *,
        tls: bool,
    ) -> None:
        self._listener = listener
        self._kind = (listener.family, listener.type, listener.proto)
        self._port: int = listener.getsockname()[1]
        self._begin = begin
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._resuming: asyncio.TimerHandle | None = None
        self._remind_at = 0.0

    def start(self) -> None:
        """Accept from now on."""
        self._listener.settimeout(0)
        # Those that are accepted have it from their listener.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._resume()

    def stop(self) -> None:
        """Accept no more, but whoever is in the backlog already: closing would reset them."""
        self._loop.remove_reader(self._listener.fileno())
        while self._accept():
            pass
        if self._resuming is not None:
            self._resuming.cancel()
        self._listener.close()

    def _resume(self) -> None:
        self._loop.add_reader(self._listener.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(SECURE_AT_ONCE if self._tls else AT_ONCE):
            if not self._accept():
                return

    def _accept(self) -> bool:
        """Tell whether somebody was there."""
        try:
            # As socket.accept does, which makes members of enums, too.
            descriptor, (address, port, *_) = self._listener._accept()  # type: ignore[attr-defined] # noqa: SLF001
        except BlockingIOError:
            return False
        except ConnectionError:  # somebody was
            return True
        except OSError as error:
            self._pause(error)
            return False
        # Without the zone of a link-local address, which is the listener's own affair.
        peer = Peer(address.partition("%")[0], port, self._port, self._tls)
        self._begin(_Accepted(*self._kind, descriptor), peer)
        return True

    def _pause(self, error: OSError) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._resuming = self._loop.call_later(PAUSE, self._resume)
        now = self._loop.time()
        if now >= self._remind_at:
            self._remind_at = now + REMIND
            address = self._listener.getsockname()
            log.error("connections to %s have to wait: none can be accepted: %s", address, error)
