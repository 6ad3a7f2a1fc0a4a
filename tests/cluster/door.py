"""A door into the namespaces: a port of this machine's loopback that leads to an address inside.

For clients that run in the test's own process. The listener is made outside and handed to a
process inside, which accepts at it: a socket stays in the network that it was made in.

    python -m cluster.door DESCRIPTOR ADDRESS PORT
"""

import asyncio
import socket
import sys
from pathlib import Path

from cluster.daemon import Daemon
from cluster.namespaces import Namespaces

TESTS = Path(__file__).parents[1]


class Door(Daemon):
    """An open door; connect to ``address`` from outside."""

    def __init__(self, inside: Namespaces, address: str, port: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.address: tuple[str, int] = listener.getsockname()
            descriptor = listener.fileno()
            super().__init__(
                inside,
                f"door-{self.address[1]}",
                *(sys.executable, "-m", "cluster.door", str(descriptor), address, str(port)),
                env={"PYTHONPATH": str(TESTS)},
                pass_fds=[descriptor],
            )


async def serve(descriptor: int, address: str, port: int) -> None:
    """Accept, connect to the address inside, and pass bytes both ways, for ever."""

    async def passage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(address, port)
        except OSError:
            writer.transport.abort()  # what a closed port looks like from here
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(_pass(reader, there[1]), name="inwards")
            group.create_task(_pass(there[0], writer), name="outwards")
        there[1].close()
        writer.close()

    listener = socket.socket(fileno=descriptor)
    async with await asyncio.start_server(passage, sock=listener) as server:
        await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until their end, or until either side breaks off: then so does the other."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
