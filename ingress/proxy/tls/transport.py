"""The transport of a TLS connection: OpenSSL reads and writes the socket itself.

asyncio's TLS, and uvloop's, take every byte through two buffers in memory, between OpenSSL and a
transport below it. Here a record is one callback of the event loop, and one system call or two.
"""

import asyncio
import logging
import ssl
from typing import Any, Final, TypeAlias, cast

from ingress.model.messages import Peer

log: Final = logging.getLogger(__name__)

RECORD: Final = 16_384
"""Bytes that a record carries at most (RFC 8446 §5.1). OpenSSL reads no further than one record,
so what is left of it is nothing, and what comes behind it is still the kernel's to tell of."""
PIECE: Final = 4 * RECORD
"""Bytes that OpenSSL is given at once: it tells of none before it has sent all."""
HIGH_WATER: Final = 65_536
LOW_WATER: Final = 16_384
"""Unsent bytes from which on the protocol is asked to pause, and down to which; asyncio's own."""

_Bytes: TypeAlias = bytes | bytearray | memoryview

_NOBODY: Final = asyncio.Protocol()


class SecureTransport(asyncio.Transport):
    """A connection from the end of its handshake on; drives ``protocol`` as asyncio does.

    What is written goes to the kernel at once; only what that does not take waits here. Either
    side's close_notify ends both directions: HTTP has no use for half of a TLS connection. An end
    without one is told as an error, since whoever is on the way can make it.
    """

    __slots__ = (
        *("_closing", "_connection", "_descriptor", "_full", "_high", "_loop", "_lost", "_low"),
        *("_peer", "_protocol", "_reading", "_unsent", "_writing"),
    )

    def __init__(
        self,
        connection: ssl.SSLSocket,
        protocol: asyncio.Protocol,
        *,
        peer: Peer,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__()
        self._connection = connection
        self._descriptor = connection.fileno()
        self._protocol = protocol
        self._peer = peer
        self._loop = loop
        self._unsent = bytearray()
        self._high, self._low = HIGH_WATER, LOW_WATER
        self._reading = self._writing = self._full = self._closing = self._lost = False

    def begin(self) -> None:
        """Introduce the protocol and this to each other, and read."""
        self.resume_reading()
        self._protocol.connection_made(self)

    # What the protocol calls: see asyncio.Transport.

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what asyncio's transports return, as far as anybody asks."""
        match name:
            case "peername":
                return self._peer.address, self._peer.port
            case "socket" | "ssl_object":
                return self._connection
            case "sslcontext":
                return self._connection.context
            case _:
                return default

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Call another one from now on."""
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the one that is called."""
        return self._protocol

    def is_reading(self) -> bool:
        """Tell whether the protocol gets what comes."""
        return self._reading

    def pause_reading(self) -> None:
        """Leave what comes to the kernel."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._descriptor)

    def resume_reading(self) -> None:
        """Read on."""
        if not self._reading and not self._closing:
            self._reading = True
            self._loop.add_reader(self._descriptor, self._readable)

    def write(self, data: _Bytes) -> None:
        """Send, or keep what cannot be sent yet; once closing, do neither."""
        if self._closing or not data:
            return
        if not self._unsent:
            sent = self._send(data)
            if sent == len(data) or self._lost:
                return
            data = memoryview(data)[sent:]
        self._unsent += data
        if len(self._unsent) > self._high and not self._full:
            self._full = True
            self._protocol.pause_writing()

    def can_write_eof(self) -> bool:
        """There is no half-close."""
        return False

    def get_write_buffer_size(self) -> int:
        """Return how many bytes the kernel has not taken yet."""
        return len(self._unsent)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set when the protocol is paused and resumed, from the next write on."""
        self._high = high if high is not None else (HIGH_WATER if low is None else 4 * low)
        self._low = low if low is not None else self._high // 4

    def is_closing(self) -> bool:
        """Tell whether nothing more is read or taken."""
        return self._closing

    def close(self) -> None:
        """Send what is unsent and a close_notify, then close; the client's own is not awaited."""
        if not self._closing:
            self.pause_reading()
            self._closing = True
            if not self._unsent:
                self._say_goodbye()

    def abort(self) -> None:
        """Close now, without a close_notify."""
        self._lose(None)

    # What the event loop calls.

    def _readable(self) -> None:
        try:
            data = self._connection.recv(RECORD)
        except ssl.SSLWantReadError:
            return  # half a record, or one that was OpenSSL's alone
        except OSError as error:
            self._lose(error)
            return
        try:
            if data:
                self._protocol.data_received(data)
            else:
                self._protocol.eof_received()
                self.close()
        except Exception as error:
            log.exception("a protocol raised, which is a bug here")
            self._lose(error)

    def _writable(self) -> None:
        if self._unsent:
            sent = self._send(self._unsent)
            if self._lost:
                return
            del self._unsent[:sent]
        if not self._unsent:
            self._writing = False
            self._loop.remove_writer(self._descriptor)
        if self._full and len(self._unsent) <= self._low:
            self._full = False
            self._protocol.resume_writing()
        if self._closing and not (self._unsent or self._lost):
            self._say_goodbye()

    def _send(self, data: _Bytes) -> int:
        """Return how many bytes were sent: all, unless the kernel is full or the client gone.

        OpenSSL insists on being given again what it could not finish (SSL_write(3)); the next
        call does, since ``_unsent`` begins with it. That OpenSSL should have to read before it
        can write comes from nobody but who leaves off in the middle of a handshake's message.
        """
        sent = 0
        try:
            if len(data) <= PIECE:
                return self._connection.send(data)
            with memoryview(data) as view:
                while sent < len(view):
                    sent += self._connection.send(view[sent : sent + PIECE])
        except ssl.SSLWantWriteError:
            self._await_room()
        except OSError as error:
            self._lose(error)
        return sent

    def _say_goodbye(self) -> None:
        try:
            self._connection.unwrap()
        except ssl.SSLWantWriteError:
            self._await_room()
            return
        except OSError:
            pass  # most of all SSLWantReadError: it is sent, and the client did not answer yet
        self._lose(None)

    def _await_room(self) -> None:
        if not self._writing:
            self._writing = True
            self._loop.add_writer(self._descriptor, self._writable)

    def _lose(self, error: Exception | None) -> None:
        """Let go of the socket, and tell the protocol once it has returned."""
        if self._lost:
            return
        self.pause_reading()
        self._closing = self._lost = True
        if self._writing:
            self._loop.remove_writer(self._descriptor)
        self._unsent = bytearray()
        self._connection.close()
        self._loop.call_soon(self._tell, error)

    def _tell(self, error: Exception | None) -> None:
        protocol, self._protocol = self._protocol, _NOBODY
        protocol.connection_lost(error)
