"""Messages on a stream: four bytes of length, then that many of message."""

import asyncio
from typing import Final

HEAD: Final = 4
MAX_FRAME: Final = 1 << 28
"""Bytes: a Snapshot of half a million hosts. What claims to be longer is no message of ours."""


class FrameError(Exception):
    """What came, or is to be sent, is no frame; the stream cannot go on."""


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """Return the next message, ``None`` where the other side has ended; raises FrameError."""
    try:
        length = int.from_bytes(await reader.readexactly(HEAD))
        if length > MAX_FRAME:
            raise FrameError(f"a message of {length} bytes was announced")
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise FrameError("the stream ended within a message") from error
        return None
    except ConnectionError:
        return None


def write_frame(writer: asyncio.StreamWriter, message: bytes) -> None:
    """Send a message; raises FrameError where it is too long, ConnectionError after the end."""
    if len(message) > MAX_FRAME:
        raise FrameError(f"a message of {len(message)} bytes is too long")
    if writer.is_closing():
        raise ConnectionResetError("the stream has ended")
    writer.writelines((len(message).to_bytes(HEAD), message))
