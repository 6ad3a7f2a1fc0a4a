"""Steady traffic: a process inside of a tier that asks a proxy, and forgives nothing.

It sends GETs and POSTs by turns, each with a number of its own in ``X-Number``, on kept and on
fresh connections; half of them ask the pod to take its time, so that some are always under way. On
SIGTERM it waits for what is under way, and says what came of it all.

    python -m cluster.traffic [--address ADDRESS] [--expected BODY] HOST PORT METHOD...
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cluster.controlplane import ControlPlane
from cluster.daemon import Daemon
from e2e.steady import Line, Request, Tally, ask_steadily

TESTS = Path(__file__).parents[1]
LINES = 17  # an odd number: each line sends all methods, and to all targets
METHODS = ("GET", "POST")
TARGETS = ("/", "/?wait=0.03")
RATE = 200.0
LONGEST = 3600.0


@dataclass
class Outcome:
    """How many were sent, by method, and each that was not answered with a whole 200."""

    sent: dict[str, int]
    failed: dict[str, list[str]]
    slowest: float


class Traffic(Daemon):
    """The process that asks, as the test sees it.

    ``expected`` is what answers begin with; ``runner`` runs it elsewhere than beside the proxy.
    """

    def __init__(
        self,
        plane: ControlPlane,
        *methods: str,
        host: str,
        port: int,
        address: str = "127.0.0.1",
        expected: str = "",
        runner: Sequence[str] = (),
    ) -> None:
        super().__init__(
            plane.inside,
            f"traffic-{port}",
            *(*runner, sys.executable, "-m", "cluster.traffic", f"--address={address}"),
            *(f"--expected={expected}", host, str(port), *(methods or METHODS)),
            env={"PYTHONPATH": str(TESTS)},
        )

    def end(self) -> Outcome:
        """Stop asking; return what came of it."""
        assert self.stop(signal.SIGTERM) == 0, self.log.read_text()
        return Outcome(**json.loads(self.log.read_text().splitlines()[-1]))


async def ask(methods: list[str], *, host: str, port: int, address: str, expected: str) -> Outcome:
    """Ask until SIGTERM."""
    enough = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, enough.set)
    where: dict[str, Any] = {"host": host, "address": address, "expected": expected.encode()}
    lines = [Line(port, tls=None, fresh=number % 2 == 0, **where) for number in range(LINES)]

    def request(number: int) -> Request:
        method = methods[number % len(methods)]
        target = TARGETS[number // len(methods) % len(TARGETS)]
        return Request(number, method, target, b"once" if method == "POST" else b"")

    tally = await ask_steadily(lines, rate=RATE, seconds=LONGEST, enough=enough, request=request)
    return outcome(tally, methods)


def outcome(tally: Tally, methods: list[str]) -> Outcome:
    """Sort what failed by method."""
    failed = {it: [one for one in tally.failures if one.startswith(it)] for it in methods}
    return Outcome({it: tally.sent[it] for it in methods}, failed, tally.slowest)


def numbers(requests: list[dict[str, Any]], method: str) -> list[str]:
    """Return the numbers of those that reached a stand-in, in order."""
    return [it["headers"]["X-Number"] for it in requests if it["method"] == method]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--expected", default="")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("methods", nargs="+")
    print(json.dumps(asdict(asyncio.run(ask(**vars(parser.parse_args()))))), flush=True)
