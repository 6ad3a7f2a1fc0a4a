"""A large cluster, read and followed: ``python -m benchmarks.cluster``.

It brings up the tests' control tier (a real API server), fills it, and measures ``ingress run``
in it: from its start to the last host served, memory, CPU time per change, and the time from the
API server's answer to the first request that is answered the new way. Some minutes, and bounded.
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

from benchmarks.controller import Controller, running, table, until
from benchmarks.population import PODS_PORT, Population, address, change, host, make, populate
from benchmarks.processes import cpu_seconds
from ingress.sources.cluster.api import Api, connected

Condition = Callable[[], Awaitable[bool]]
"""Tells whether a change is live."""

ROOT: Final = Path(__file__).parents[1]
UNHURRIED: Final = 0.1  # between two changes whose CPU time is measured: each is a build
LONGEST: Final = 1800.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ingresses", type=int, default=5000)
    parser.add_argument("--changes", type=int, default=100, help="of each kind")
    parser.add_argument("--churn", type=int, default=50, help="other changes a second")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        asyncio.run(_measure(given))
        return 0
    # As whoever installs it does, and as the image is; a checkout may have none.
    compileall.compile_dir(ROOT / "ingress", quiet=1)
    sys.path.insert(0, str(ROOT / "tests"))
    with import_module("cluster.controltier").control_tier() as tier:
        words = (sys.executable, "-m", "benchmarks.cluster", *sys.argv[1:], "--inside")
        command = tier.inside.command(*words, env=tier.environment, cwd=ROOT)
        return subprocess.run(command, check=False, timeout=LONGEST).returncode


async def _measure(given: argparse.Namespace) -> None:
    population = Population()
    async with connected() as api, _pods():
        began = time.monotonic()
        await populate(api, population, given.ingresses)
        _say(f"{given.ingresses} Ingresses made in {time.monotonic() - began:.0f} s")
        starts = []
        for _ in range(given.starts):
            async with running() as controller:
                starts.append(await controller.started(host(given.ingresses - 1)))
        _say(table(starts))
        async with running() as controller:
            await controller.started(host(given.ingresses - 1))
            bench = _Bench(api, population, controller=controller, given=given)
            _say("| change | CPU | idle p50 | p99 | churn p50 | p99 |\n|---|---|---|---|---|---|")
            for kind in bench.kinds:
                _say(await bench.row(kind))


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

    def __init__(
        self,
        api: Api,
        population: Population,
        *,
        controller: Controller,
        given: argparse.Namespace,
    ) -> None:
        self._api = api
        self._population = population
        self._controller = controller
        self._churn_rate: int = given.churn
        self._changes: int = given.changes
        self._next: int = given.ingresses
        self.kinds: dict[str, Callable[[], Awaitable[Condition]]] = {
            "new Ingress": self._ingress,
            "EndpointSlice": self._slice,
            "Secret": self._secret,
        }

    async def row(self, kind: str) -> str:
        """Measure one kind of change, idle and while others change."""
        one = self.kinds[kind]
        cpu = await self._cpu_per_change(one)
        idle = [await self._live(await one()) for _ in range(self._changes)]
        churn = asyncio.create_task(self._churn(), name="churn")
        try:
            busy = [await self._live(await one()) for _ in range(self._changes)]
        finally:
            churn.cancel()
            await asyncio.wait({churn})
        times = " | ".join(
            f"{part(each) * 1000:.0f} ms" for each in (idle, busy) for part in _PARTS
        )
        return f"| {kind} | {cpu * 1000:.1f} ms | {times} |"

    async def _cpu_per_change(self, one: Callable[[], Awaitable[Condition]]) -> float:
        """Return the CPU seconds of a change, with no request to notice it."""
        await asyncio.sleep(1)
        before = cpu_seconds(self._controller.pid)
        for _ in range(self._changes):
            await one()
            await asyncio.sleep(UNHURRIED)
        await asyncio.sleep(1)
        return float(cpu_seconds(self._controller.pid) - before) / self._changes

    async def _live(self, condition: Condition) -> float:
        began = time.monotonic()
        await until(condition)
        return time.monotonic() - began

    async def _ingress(self) -> Condition:
        self._next += 1
        number = self._next
        made = self._population.ingress(number * 10 + 1)
        spec = made.body["spec"]
        spec["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "web-1"
        await make(self._api, made)
        name = spec["rules"][0]["host"]

        async def answered() -> bool:
            return await self._controller.answer(name) is not None

        return answered

    async def _slice(self) -> Condition:
        self._next += 1
        where = address(self._next + 200_000)
        await change(self._api, self._population.slice(2, where))

        async def moved() -> bool:
            return await self._controller.answer(host(2)) == where

        return moved

    async def _secret(self) -> Condition:
        made = self._population.secret(0)
        await change(self._api, made)
        new = _leaf(base64.b64decode(made.body["data"]["tls.crt"]).decode())

        async def renewed() -> bool:
            return await self._controller.certificate(host(0)) == new

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


def _leaf(chain: str) -> bytes:
    """Return the first certificate of a chain in PEM, in DER."""
    first, end, _ = chain.partition("-----END CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(first + end)


def _p99(times: Sequence[float]) -> float:
    return float(statistics.quantiles(times, n=100)[98])


_PARTS: Final = (statistics.median, _p99)

if __name__ == "__main__":
    sys.exit(main())
