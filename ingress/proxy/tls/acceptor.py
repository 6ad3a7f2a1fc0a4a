"""Takes connections off a listening socket, and off no more than there is room for."""

import logging
import socket
from typing import TYPE_CHECKING, Final

from ingress.proxy.room import Room
from ingress.proxy.tls.handshakes import Handshakes

if TYPE_CHECKING:
    import asyncio

log: Final = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Connections that are taken before those that are already there get their turn: each is a third
of a millisecond's work once it has said hello."""
PAUSE: Final = 0.1
"""Seconds to wait where there is no room; those who knock meanwhile wait in the kernel."""
REMIND: Final = 60.0
"""Seconds between two lines in the log about that."""


class Acceptor:
    """Accepts on a listening socket, which is its own from now on, and begins the handshakes.

    Where the system has no descriptor left, or no memory, nothing is accepted for a moment. Where
    ``room`` is full, whoever comes is turned away without a word: one would take a handshake.
    """

    def __init__(self, listener: socket.socket, handshakes: Handshakes, *, room: Room) -> None:
        self._room = room
        self._listener = listener
        self._handshakes = handshakes
        self._loop = handshakes.loop
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
        for _ in range(AT_ONCE):
            if not self._accept():
                return

    def _accept(self) -> bool:
        """Tell whether somebody was there."""
        try:
            connection, peername = self._listener.accept()
        except BlockingIOError:
            return False
        except ConnectionError:  # somebody was
            return True
        except OSError as error:
            self._pause(error)
            return False
        if self._room.full:
            self._room.turn_away()
            connection.close()
            return True
        connection.settimeout(0)
        self._handshakes.begin(connection, peername)
        return True

    def _pause(self, error: OSError) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._resuming = self._loop.call_later(PAUSE, self._resume)
        now = self._loop.time()
        if now >= self._remind_at:
            self._remind_at = now + REMIND
            log.error("HTTPS connections have to wait, since none can be accepted: %s", error)
