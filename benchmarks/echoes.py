"""A load of WebSocket echoes, and the server that echoes them.

    python -m benchmarks.echoes PORT PATH SECONDS
    python -m benchmarks.echoes serve PORT

Each connection sends a message of 64 bytes and waits for it to come back. What this costs the
client and the server does not matter: the proxy's own CPU time is what counts.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from aiohttp import ClientError, ClientSession, TCPConnector, web

from benchmarks.processes import free_ports, running
from benchmarks.scenarios import CONNECTIONS
from benchmarks.sites import HOSTS
from benchmarks.summary import Tally

SIZE = 64
TIMEOUT = 10.0


async def _echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_bytes(message.data)
    return socket


async def _serve(port: int) -> None:
    app = web.Application()
    app.router.add_get("/echo", _echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Run the server in a process of its own, and give its port."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "benchmarks.echoes", "serve", str(port)]
    with running(command, env={**os.environ}, log=folder / "echoes.log", ports=(port,)):
        yield port


async def _load(port: int, *, path: str, seconds: float) -> Tally:
    tally = Tally()
    async with (
        ClientSession(connector=TCPConnector(limit=0)) as session,
        asyncio.TaskGroup() as group,
    ):
        for host in HOSTS[:CONNECTIONS]:
            url = f"ws://127.0.0.1:{port}{path}"
            group.create_task(_converse(session, url, host=host, tally=tally, seconds=seconds))
    return tally


async def _converse(
    session: ClientSession, url: str, *, host: str, tally: Tally, seconds: float
) -> None:
    """Send and receive until the time is over; a connection that breaks is one failure."""
    end = time.monotonic() + seconds
    try:
        async with session.ws_connect(url, headers={"Host": host}, max_msg_size=0) as socket:
            while (begun := time.monotonic()) < end:
                sent = os.urandom(SIZE)
                await socket.send_bytes(sent)
                received = await socket.receive_bytes(timeout=TIMEOUT)
                tally.add(time.monotonic() - begun, well=received == sent)
    except (ClientError, OSError, TypeError, TimeoutError):  # TypeError: it was no message
        tally.add(0.0, well=False)


def main() -> None:
    """Serve, or put load and print what wrk's script prints."""
    if sys.argv[1] == "serve":
        uvloop.run(_serve(int(sys.argv[2])))
        return
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    begun = time.monotonic()
    tally = uvloop.run(_load(port, path=path, seconds=seconds))
    print(tally.summary(time.monotonic() - begun))


if __name__ == "__main__":
    main()
