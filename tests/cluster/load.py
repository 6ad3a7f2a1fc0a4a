"""A steady load from inside of a tier: a program there, since its network is not ours.

    python -m cluster.load ADDRESS PORT HOST RATE

It asks until its input ends, on kept and on fresh connections, and prints what came of it.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from cluster.namespaces import Namespaces
from e2e.steady import Line, Tally, ask_steadily

_TESTS = Path(__file__).parents[1]
_LONGEST = 300.0


class Load:
    """Requests at a steady rate for as long as the block takes; afterwards, what came of them."""

    def __init__(
        self, inside: Namespaces, *, address: str, port: int, host: str, rate: int = 200
    ) -> None:
        self.asked = 0
        self.failures: list[str] = []
        self.slowest = 0.0
        words = (sys.executable, "-m", "cluster.load", address, str(port), host, str(rate))
        self._command = inside.command(*words, env={"PYTHONPATH": str(_TESTS)})
        self._inside = inside

    def __enter__(self) -> Self:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = self._inside.start(self._command, **pipes)
        return self

    def __exit__(self, *_: object) -> None:
        printed, _none = self._process.communicate(timeout=30)
        said: dict[str, Any] = json.loads(printed)
        self.asked, self.failures = said["asked"], said["failures"]
        self.slowest = said["slowest"]


async def _ask(address: str, port: str, host: str, rate: str) -> Tally:
    enough = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), enough.set)
    lines = [
        Line(int(port), host=host, tls=None, fresh=fresh, address=address, expected=b"Welcome! ")
        for fresh in (True, False) * 10
    ]
    return await ask_steadily(lines, rate=float(rate), seconds=_LONGEST, enough=enough)


def main() -> None:
    """Ask until our input ends; print the tally."""
    tally = asyncio.run(_ask(*sys.argv[1:]))
    asked = sum(tally.answers.values()) + len(tally.failures)
    said = {"asked": asked, "failures": tally.failures, "slowest": tally.slowest}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
