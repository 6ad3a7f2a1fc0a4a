"""Steady traffic: a process inside the network that asks a proxy, and forgives nothing.

It sends GETs and POSTs by turns, each with a number of its own in ``X-Number``, over connections
that it keeps; half of them ask the pod to take its time, so that some are always under way. No
HTTP client library: those repeat in silence, and a repeated request is what we look for. On
SIGTERM it waits for what is under way, and says what came of it all.

    python -m cluster.traffic HOST PORT RATE
"""

import asyncio
import json
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cluster.controlplane import ControlPlane
from cluster.daemon import Daemon

TESTS = Path(__file__).parents[1]
LINES = 16
METHODS = ("GET", "POST")
TARGETS = ("/", "/?wait=0.03")
BODY = b"once"
PATIENCE = 10.0


class Traffic(Daemon):
    """The process that asks, as the test sees it."""

    def __init__(self, plane: ControlPlane, *, host: str, port: int, rate: int = 200) -> None:
        super().__init__(
            plane.inside,
            f"traffic-{port}",
            *(sys.executable, "-m", "cluster.traffic", host, str(port), str(rate)),
            env={"PYTHONPATH": str(TESTS)},
        )

    def end(self) -> "Outcome":
        """Stop asking; return what came of it."""
        assert self.stop(signal.SIGTERM) == 0, self.log.read_text()
        return Outcome(**json.loads(self.log.read_text().splitlines()[-1]))


@dataclass
class Outcome:
    """How many were sent, by method, and each that was not answered with a whole 200."""

    sent: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METHODS, 0))
    failed: dict[str, list[str]] = field(default_factory=lambda: {it: [] for it in METHODS})
    slowest: float = 0.0


class Line:
    """One connection, opened again when it has ended."""

    def __init__(self, host: str, port: int, outcome: Outcome) -> None:
        self._host, self._port, self._outcome = host, port, outcome
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, number: int) -> None:
        """Send one request and judge its answer."""
        method = METHODS[number % 2]
        begun = time.monotonic()
        self._outcome.sent[method] += 1
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._status(method, number)
        except (OSError, EOFError) as error:
            status = repr(error)
        self._outcome.slowest = max(self._outcome.slowest, time.monotonic() - begun)
        if status != "200":
            self._outcome.failed[method].append(f"{number}: {status}")
            self.close()

    async def _status(self, method: str, number: int) -> str:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        body = BODY if method == "POST" else b""
        target = TARGETS[number // 2 % 2]
        writer.write(
            f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\nX-Number: {number}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:-2])
        await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            self.close()
        return head[0].split(" ", 2)[1]

    def close(self) -> None:
        """Let the connection go."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def main(host: str, port: int, *, rate: int) -> None:
    """Ask until SIGTERM, each line its share, evenly."""
    outcome, ended, begun = Outcome(), asyncio.Event(), time.monotonic()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)

    async def keep_asking(first: int) -> None:
        line, number = Line(host, port, outcome), first
        while not ended.is_set():
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            await line.ask(number)
            number += LINES + 1  # so that each line sends both methods, and both targets
        line.close()

    async with asyncio.TaskGroup() as group:
        for first in range(LINES):
            group.create_task(keep_asking(first))
    print(json.dumps(asdict(outcome)), flush=True)


def numbers(requests: list[dict[str, Any]], method: str) -> list[str]:
    """Return the numbers of those that reached a stand-in, in order."""
    return [it["headers"]["X-Number"] for it in requests if it["method"] == method]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), rate=int(sys.argv[3])))
