"""A large cluster, read and followed: ``python -m benchmarks.cluster``.

It brings up the tests' control tier (a real API server), fills it, and measures ``ingress run``
in it, by turns with another controller if one is named: from its start to the last host served,
memory, CPU time per change, and the time from the API server's answer to the first request that is
answered the new way. Some minutes, and bounded.
"""

import argparse
import asyncio
import base64
import compileall
import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks import tools
from benchmarks.controller import OURS, Controller, Program, running, until
from benchmarks.peers import traefik
from benchmarks.population import PODS_PORT, Population, address, change, host, make, populate
from benchmarks.processes import cpu_seconds
from benchmarks.starts import Start, table
from ingress.sources.cluster.api import Api, connected

Condition = Callable[[Controller], Awaitable[bool]]
"""Tells whether a change is live."""

ROOT: Final = Path(__file__).parents[1]
PEERS: Final = {"traefik": traefik.in_cluster}
UNHURRIED: Final = 0.1  # between two changes whose CPU time is measured: each is a build
IDLE: Final = 0.1  # CPU seconds in a second or more of rest, of who has nothing to do
LONGEST: Final = 1800.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ingresses", type=int, default=5000)
    parser.add_argument("--changes", type=int, default=100, help="of each kind")
    parser.add_argument("--peer", choices=PEERS, help="another controller, measured by turns")
    parser.add_argument("--peer-changes", type=int, default=10, help="of each kind, for it")
    parser.add_argument("--churn", type=int, default=50, help="other changes a second")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        asyncio.run(_measure(given))
        return 0
    if given.peer:
        tools.find(given.peer)  # what is inside could not fetch it
    # As whoever installs it does, and as the image is; a checkout may have none.
    compileall.compile_dir(ROOT / "ingress", quiet=1)
    sys.path.insert(0, str(ROOT / "tests"))
    with import_module("cluster.controltier").control_tier() as tier:
        words = (sys.executable, "-m", "benchmarks.cluster", *sys.argv[1:], "--inside")
        command = tier.inside.command(*words, env=tier.environment, cwd=ROOT)
        return subprocess.run(command, check=False, timeout=LONGEST).returncode


async def _measure(given: argparse.Namespace) -> None:
    turns = {OURS: given.changes}
    if given.peer:
        turns[PEERS[given.peer]()] = given.peer_changes
    population = Population(controller=[*turns][-1].controller)
    last = host(given.ingresses - 1)
    async with connected() as api, _pods():
        began = time.monotonic()
        await populate(api, population, given.ingresses)
        _say(f"{given.ingresses} Ingresses made in {time.monotonic() - began:.0f} s")
        _say(table(await _starts([*turns], last=last, count=given.starts)))
        bench = _Bench(api, population, given=given)
        _say("| change | | CPU | idle p50 | p99 | churn p50 | p99 |\n|---|---|---|---|---|---|---|")
        for kind in bench.kinds:
            for program, changes in turns.items():
                async with running(program) as controller:
                    await controller.started(last)
                    _say(await bench.row(kind, controller=controller, changes=changes))


async def _starts(programs: Sequence[Program], *, last: str, count: int) -> dict[str, list[Start]]:
    """Start them by turns, so that a slow minute of the machine touches all."""
    starts: dict[str, list[Start]] = {program.name: [] for program in programs}
    for program in [*programs] * count:
        async with running(program) as controller:
            starts[program.name].append(await controller.started(last))
    return starts


def _say(text: str) -> None:
    print(text, flush=True)


@asynccontextmanager
async def _pods() -> AsyncIterator[None]:
    """Play every pod: a request is answered with the address that it came to."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = writer.get_extra_info("sockname")[0].encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(mine)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head + mine)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    async with await asyncio.start_server(answer, "0.0.0.0", PODS_PORT):  # noqa: S104 - in a network of its own
        yield


class _Bench:
    """Changes, one after the other, and how long each takes to be live.

    What makes one returns once the API server has answered.
    """

    def __init__(self, api: Api, population: Population, *, given: argparse.Namespace) -> None:
        self._api = api
        self._population = population
        self._churn_rate: int = given.churn
        self._next: int = given.ingresses
        self.kinds: dict[str, Callable[[], Awaitable[Condition]]] = {
            "new Ingress": self._ingress,
            "EndpointSlice": self._slice,
            "Secret": self._secret,
        }

    async def row(self, kind: str, *, controller: Controller, changes: int) -> str:
        """Measure one kind of change, idle and while others change."""
        one = self.kinds[kind]
        cpu = await self._cpu_per_change(one, controller=controller, changes=changes)
        idle = [await _live(await one(), controller) for _ in range(changes)]
        churn = asyncio.create_task(self._churn(), name="churn")
        try:
            busy = [await _live(await one(), controller) for _ in range(changes)]
        finally:
            churn.cancel()
            await asyncio.wait({churn})
        times = " | ".join(
            f"{part(each) * 1000:.0f} ms" for each in (idle, busy) for part in _PARTS
        )
        return f"| {kind} | {controller.program.name} | {cpu * 1000:.1f} ms | {times} |"

    async def _cpu_per_change(
        self, one: Callable[[], Awaitable[Condition]], *, controller: Controller, changes: int
    ) -> float:
        """Return the CPU seconds of a change, with no request to notice it."""
        before = await _cpu_at_rest(controller)
        for _ in range(changes):
            await one()
            await asyncio.sleep(UNHURRIED)
        return (await _cpu_at_rest(controller) - before) / changes

    async def _ingress(self) -> Condition:
        self._next += 1
        number = self._next
        made = self._population.ingress(number * 10 + 1)
        spec = made.body["spec"]
        spec["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "web-1"
        await make(self._api, made)
        name = spec["rules"][0]["host"]

        async def answered(controller: Controller) -> bool:
            return await controller.answer(name) is not None

        return answered

    async def _slice(self) -> Condition:
        self._next += 1
        where = address(self._next + 200_000)
        await change(self._api, self._population.slice(2, where))

        async def moved(controller: Controller) -> bool:
            return await controller.answer(host(2)) == where

        return moved

    async def _secret(self) -> Condition:
        made = self._population.secret(0)
        await change(self._api, made)
        new = _leaf(base64.b64decode(made.body["data"]["tls.crt"]).decode())

        async def renewed(controller: Controller) -> bool:
            return await controller.certificate(host(0)) == new

        return renewed

    async def _churn(self) -> None:
        """Change other endpoints, so many times a second."""
        number = 100
        async with asyncio.TaskGroup() as group:
            while True:
                number += 1
                other = 100 + number % 500
                made = self._population.slice(other, address(number), address(number + 1))
                group.create_task(change(self._api, made), name=f"churn {number}")
                await asyncio.sleep(1 / self._churn_rate)


async def _cpu_at_rest(controller: Controller) -> float:
    """Return the CPU seconds that it has used, once it has nothing left to do."""
    while True:
        before = cpu_seconds(controller.pid)
        await asyncio.sleep(1 + controller.program.lag)
        now = cpu_seconds(controller.pid)
        if now - before < IDLE:
            return now


async def _live(condition: Condition, controller: Controller) -> float:
    began = time.monotonic()
    await until(lambda: condition(controller))
    return time.monotonic() - began


def _leaf(chain: str) -> bytes:
    """Return the first certificate of a chain in PEM, in DER."""
    first, end, _ = chain.partition("-----END CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(first + end)


def _p99(times: Sequence[float]) -> float:
    # Of few, the quantile would lie beyond all of them.
    return min(statistics.quantiles(times, n=100)[98], max(times))


_PARTS: Final = (statistics.median, _p99)

if __name__ == "__main__":
    sys.exit(main())
