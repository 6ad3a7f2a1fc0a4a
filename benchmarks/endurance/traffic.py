"""Clients that forgive nothing: whatever is no right and whole answer is a failure.

No HTTP client library: those retry in silence, and a retry is a failed request here.
"""

import asyncio
import base64
import os
import ssl
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.endurance.pods import BINARY, CLOSE, Streams, accept, fields_of, frame, message

HOST = "shop.example.com"
TIMEOUT = 30.0
"""Seconds for one answer: a connection that waits for a new worker is slow on a busy machine."""
PAUSE = 0.04
"""Between two requests of one client, or two messages."""
CONVERSATION = 8.0
"""Seconds that a WebSocket is kept."""


class Failure(NamedTuple):
    """What went wrong on a connection; ``port`` is the client's, 0 if it came to none."""

    kind: str
    port: int
    opened: float
    at: float
    error: str


@dataclass
class Account:
    """What came of everything that was asked, by kind; ``slowest`` is in seconds."""

    done: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0


class Client:
    """One client with at most one connection; it keeps it, unless it is ``fresh``."""

    def __init__(
        self, kind: str, port: int, *, tls: ssl.SSLContext | None, account: Account
    ) -> None:
        self.kind = kind
        self._port, self._tls = port, tls
        self._account = account
        self._streams: Streams | None = None
        self._opened = 0.0
        self._local = 0

    async def keep_on(self, end: float) -> None:
        """Ask until the time is over."""
        while time.monotonic() < end:
            try:
                async with asyncio.timeout(CONVERSATION + TIMEOUT):
                    await self.turn()
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self._failed(error)
            await asyncio.sleep(PAUSE)
        await self.close()

    async def turn(self) -> None:
        """Do what this kind of client does, once; raises what went wrong."""
        raise NotImplementedError

    async def connected(self) -> Streams:
        """Return the connection, a new one where there is none."""
        if self._streams is None:
            self._opened, self._local = time.monotonic(), 0
            name = HOST if self._tls else None
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._port, ssl=self._tls, server_hostname=name
            )
            self._local = self._streams[1].get_extra_info("sockname")[1]
        return self._streams

    async def close(self) -> None:
        """Close the connection, if there is one, and wait until it is."""
        if self._streams:
            self._streams[1].close()
            with suppress(OSError):  # it was broken, which has been counted
                await self._streams[1].wait_closed()
            self._streams = None

    def count(self, begun: float, kind: str = "") -> None:
        """Count what was done well."""
        self._account.done[kind or self.kind] += 1
        self._account.slowest = max(self._account.slowest, time.monotonic() - begun)

    def _failed(self, error: Exception) -> None:
        if self._streams:
            self._streams[1].transport.abort()
            self._streams = None
        self._account.failures.append(
            Failure(self.kind, self._local, self._opened, time.monotonic(), repr(error))
        )


class Requests(Client):
    """Asks for a page or, with a body, sends one and has its size told."""

    def __init__(
        self,
        kind: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        account: Account,
        fresh: bool = False,
        body: int = 0,
    ) -> None:
        super().__init__(kind, port, tls=tls, account=account)
        self._fresh, self._body = fresh, body
        method = "POST" if body else "GET"
        self._request = (
            f"{method} /page HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {body}\r\n\r\n".encode()
        )

    async def turn(self) -> None:
        """Send one request, and judge its answer."""
        begun = time.monotonic()
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await self.connected()
            writer.write(self._request + bytes(self._body))
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            fields = fields_of(head)
            body = await reader.readexactly(int(fields["content-length"]))
        if not head.startswith(b"HTTP/1.1 200 ") or not body.endswith(b" took %d" % self._body):
            raise ValueError(f"{head[:80]!r} {body[:80]!r}")
        self.count(begun)
        if self._fresh or fields.get("connection") == "close":
            await self.close()


class Conversations(Client):
    """Opens a WebSocket, sends messages that have to come back, and closes it in peace."""

    async def turn(self) -> None:
        """Hold one conversation."""
        begun = time.monotonic()
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await self._upgraded()
        while time.monotonic() < begun + CONVERSATION:
            await self._exchange((reader, writer))
            await asyncio.sleep(PAUSE)
        async with asyncio.timeout(TIMEOUT):
            writer.write(frame(CLOSE, b"\x03\xe8", mask=os.urandom(4)))
            if (await message(reader))[0] != CLOSE or await reader.read():
                raise ValueError("a close was not answered by a close")
        await self.close()
        self._account.done[self.kind] += 1

    async def _upgraded(self) -> Streams:
        reader, writer = await self.connected()
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Host": HOST,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"GET /echo HTTP/1.1\r\n{lines}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        right = fields_of(head).get("sec-websocket-accept") == accept(key)
        if not head.startswith(b"HTTP/1.1 101 ") or not right:
            raise ValueError(f"{head[:80]!r}")
        return reader, writer

    async def _exchange(self, streams: Streams) -> None:
        reader, writer = streams
        sent, begun = os.urandom(32), time.monotonic()
        async with asyncio.timeout(TIMEOUT):
            writer.write(frame(BINARY, sent, mask=os.urandom(4)))
            if await message(reader) != (BINARY, sent):
                raise ValueError("another message came back")
        self.count(begun, f"{self.kind} message")
