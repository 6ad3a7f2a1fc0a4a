"""An upstream that writes down what reaches it, and answers by saying it back."""

import asyncio
from typing import NamedTuple

from wire.upstreams import read_head


class Seen(NamedTuple):
    """A request as it arrived, its body decoded."""

    method: bytes
    target: bytes
    body: bytes
    lines: tuple[bytes, ...]


class Recorder:
    """Reads requests to the letter; ``whole`` are those that arrived to their end.

    ``begun`` counts heads, so a request whose body broke off is in there too.
    """

    def __init__(self) -> None:
        self.whole: list[Seen] = []
        self.begun = 0

    def clear(self) -> None:
        self.whole.clear()
        self.begun = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await read_head(reader)
            self.begun += 1
            first, *lines = head[:-4].split(b"\r\n")
            method, target, version = first.split(b" ")
            assert version == b"HTTP/1.1"
            body = await _body(reader, lines)
            self.whole.append(Seen(method, target, body, tuple(lines)))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
            writer.write(b"" if method == b"HEAD" else b"ok")


async def _body(reader: asyncio.StreamReader, lines: list[bytes]) -> bytes:
    fields = [line.lower().partition(b":") for line in lines]
    lengths = [value.strip() for name, _, value in fields if name == b"content-length"]
    codings = [value.strip() for name, _, value in fields if name == b"transfer-encoding"]
    assert len(lengths) + len(codings) < 2, lines
    if lengths:
        return await reader.readexactly(int(lengths[0]))
    return await _chunks(reader) if codings == [b"chunked"] else b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n"))[:-2], 16):
        body += await reader.readexactly(size)
        assert await reader.readexactly(2) == b"\r\n"
    while (trailer := await reader.readuntil(b"\r\n")) != b"\r\n":
        assert b": " in trailer
    return body
