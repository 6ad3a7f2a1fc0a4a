"""Memory over time: sampled from /proc, and judged by whether it grows."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, median

from benchmarks.processes import memory

MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A process's memory in MiB: Pss in the first and the last third, RSS at the end.

    ``slope`` is by how much Pss grew each minute of the last two thirds.
    """

    first: float
    last: float
    slope: float
    rss: float


class Watcher:
    """Samples the memory of processes that live as long as it watches."""

    def __init__(self, pids: dict[str, int]) -> None:
        self._pids = pids
        self._samples: dict[str, list[tuple[float, float]]] = {name: [] for name in pids}

    async def keep_watching(self, every: float) -> None:
        """Take a sample of each, again and again."""
        while True:
            for name, pid in self._pids.items():
                self._samples[name].append((time.monotonic() / 60, memory(pid) / MIB))
            await asyncio.sleep(every)

    def trends(self) -> dict[str, Trend]:
        """Return what the samples come to, while the processes still live."""
        return {
            name: trend(samples, rss=_rss(self._pids[name]))
            for name, samples in self._samples.items()
        }


def trend(samples: list[tuple[float, float]], *, rss: float) -> Trend:
    """Return the trend of samples: minutes and MiB, at least three."""
    third = len(samples) // 3
    later = samples[third:]
    minutes, sizes = [at for at, _ in later], [size for _, size in later]
    return Trend(
        first=median(size for _, size in samples[:third]),
        last=median(size for _, size in samples[-third:]),
        slope=linear_regression(minutes, sizes).slope,
        rss=rss,
    )


def _rss(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024
