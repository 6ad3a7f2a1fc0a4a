"""Pods that answer, take uploads and echo WebSocket messages, and that come and go."""

import asyncio
import base64
import hashlib
from contextlib import suppress

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
CLOSE = 0x88
BINARY = 0x82


class Pod:
    """One endpoint; told to drain, it finishes its conversations and closes the rest."""

    def __init__(self, number: int) -> None:
        self.name = f"pod {number}"
        self.port = 0
        self._server: asyncio.Server | None = None
        self._idle: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on a port of its own."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def drain(self) -> None:
        """Accept nothing new, and close what waits; conversations go on until they end."""
        if self._server:
            self._server.close()
        for writer in self._idle:
            writer.close()

    async def ended(self) -> None:
        """Wait until its last conversation is over."""
        await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        # A connection that the proxy ends is no news: it may at any time.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._answer((reader, writer)):
                pass
        self._idle.discard(writer)
        writer.close()

    async def _answer(self, streams: Streams) -> bool:
        """Answer one request; tell whether another may follow."""
        reader, writer = streams
        self._idle.add(writer)
        head = await reader.readuntil(b"\r\n\r\n")
        self._idle.discard(writer)
        fields = fields_of(head)
        if key := fields.get("sec-websocket-key"):
            writer.write(_switch(key))
            await _echo(streams)
            return False
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        text = f"{self.name} took {len(body)}".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(text), text))
        await writer.drain()
        return True


def fields_of(head: bytes) -> dict[str, str]:
    """Return the fields of a head, their names in small letters."""
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:-2])
    return {name.lower(): value.strip() for name, _, value in lines}


def accept(key: str) -> str:
    """Return what a server has to answer to a Sec-WebSocket-Key."""
    digest = hashlib.sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def frame(opcode: int, payload: bytes, *, mask: bytes = b"") -> bytes:
    """Return a whole message of less than 126 bytes as a frame; clients mask theirs."""
    head = bytes((opcode, len(payload) | (0x80 if mask else 0)))
    return head + mask + (_masked(payload, mask) if mask else payload)


async def message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read a frame as ``frame`` makes them: its opcode and its payload."""
    opcode, size = await reader.readexactly(2)
    mask = await reader.readexactly(4) if size & 0x80 else b""
    payload = await reader.readexactly(size & 0x7F)
    return opcode, _masked(payload, mask) if mask else payload


def _masked(payload: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def _switch(key: str) -> bytes:
    fields = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Accept": accept(key),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n".encode()


async def _echo(streams: Streams) -> None:
    reader, writer = streams
    opcode = BINARY
    while opcode != CLOSE:
        opcode, payload = await message(reader)
        writer.write(frame(opcode, payload))
        await writer.drain()
