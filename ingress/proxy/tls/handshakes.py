"""Handshakes: what leads an accepted connection to its protocol, or to nothing."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Final

from ingress.model.messages import Peer
from ingress.proxy.room import Room
from ingress.proxy.tls.misdialled import answer_plain_text
from ingress.proxy.tls.tickets import Renewed
from ingress.proxy.tls.transport import SecureTransport

log: Final = logging.getLogger(__name__)


class Handshakes:
    """Those that are going on; each has so many ``seconds``, and costs no timer of its own.

    ``protocol`` makes what a connection is handed to when its handshake is done. Where ``room`` is
    full, whoever comes is turned away without a word: one would take a handshake.
    """

    def __init__(
        self,
        contexts: Renewed,
        protocol: Callable[[Peer], asyncio.Protocol],
        *,
        room: Room,
        seconds: float,
    ) -> None:
        room.arriving = self
        self.protocol = protocol
        self._room = room
        self.loop = asyncio.get_running_loop()
        self._contexts = contexts
        self._seconds = seconds
        # In the order in which they began, which is that of their deadlines.
        self._going: dict[_Handshake, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._none = asyncio.Event()
        self._none.set()

    def __len__(self) -> int:
        return len(self._going)

    def begin(self, connection: socket.socket, peer: Peer) -> None:
        """Lead a connection through its handshake."""
        if self._room.full:
            self._room.turn_away()
            connection.close()
            return
        now = self.loop.time()
        connection.settimeout(0)
        try:
            secure = self._contexts.at(now).wrap_socket(
                connection,
                server_side=True,
                do_handshake_on_connect=False,
                suppress_ragged_eofs=False,
            )
        except OSError as error:
            log.debug("%s left before its handshake: %s", peer.address, error)
            connection.close()
            return
        handshake = _Handshake(self, secure, peer)
        handshake.deadline = now + self._seconds
        self._going[handshake] = None
        self._none.clear()
        if self._timer is None:
            self._timer = self.loop.call_at(handshake.deadline, self._expire)

    def ended(self, handshake: "_Handshake") -> None:
        """Take note of an end, good or bad."""
        del self._going[handshake]
        if not self._going:
            self._none.set()

    async def over(self, seconds: float) -> None:
        """Wait until none is going on, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._none.wait()

    def close(self) -> None:
        """Break off those that are going on."""
        for handshake in list(self._going):
            handshake.abort()
        if self._timer is not None:
            self._timer.cancel()

    def _expire(self) -> None:
        self._timer = None
        now = self.loop.time()
        for handshake in list(self._going):
            if handshake.deadline > now:
                self._timer = self.loop.call_at(handshake.deadline, self._expire)
                return
            handshake.abort()


class _Handshake:
    """One of them: a callback whenever the client has said something."""

    __slots__ = ("_connection", "_descriptor", "_handshakes", "_peer", "_writing", "deadline")

    deadline: float

    def __init__(self, handshakes: Handshakes, connection: ssl.SSLSocket, peer: Peer) -> None:
        self._handshakes = handshakes
        self._connection = connection
        self._descriptor = connection.fileno()
        self._peer = peer
        self._writing = False
        handshakes.loop.add_reader(self._descriptor, self._advance)

    def abort(self) -> None:
        """Close the connection."""
        self._let_go()
        self._connection.close()

    def _advance(self) -> None:
        try:
            self._connection.do_handshake()
        except ssl.SSLWantReadError:
            self._await(writing=False)
        except ssl.SSLWantWriteError:
            self._await(writing=True)
        except OSError as error:
            self._fail(error)
        else:
            self._succeed()

    def _await(self, *, writing: bool) -> None:
        """Listen for one of the two: a client that only sends would keep the loop busy."""
        if writing == self._writing:
            return
        self._writing = writing
        loop = self._handshakes.loop
        if writing:
            loop.remove_reader(self._descriptor)
            loop.add_writer(self._descriptor, self._advance)
        else:
            loop.remove_writer(self._descriptor)
            loop.add_reader(self._descriptor, self._advance)

    def _succeed(self) -> None:
        self._handshakes.ended(self)
        self._await(writing=False)  # and the transport reads in this one's place
        SecureTransport(
            self._connection,
            self._handshakes.protocol(self._peer),
            peer=self._peer,
            loop=self._handshakes.loop,
        ).begin()

    def _fail(self, error: OSError) -> None:
        log.debug("the handshake of %s failed: %s", self._peer.address, error)
        self._let_go()
        if isinstance(error, ssl.SSLError) and error.reason == "HTTP_REQUEST":
            answer_plain_text(self._connection)
        else:
            self._connection.close()

    def _let_go(self) -> None:
        self._handshakes.ended(self)
        loop = self._handshakes.loop
        if self._writing:
            loop.remove_writer(self._descriptor)
        else:
            loop.remove_reader(self._descriptor)
