"""How many cores are ours: fewer than the machine has, where a container is held to less."""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")


def usable_cores(cgroups: Path = CGROUPS) -> int:
    """Return the cores that we may run on, 1 at least, parts of one counted as a whole.

    That is the least of the machine's, those of our CPU set, and the quota of our cgroup (version
    2: ``cpu.max``; version 1: ``cpu.cfs_quota_us`` and ``cpu.cfs_period_us``).
    """
    limits = [os.cpu_count() or 1, *_quotas(cgroups)]
    if hasattr(os, "sched_getaffinity"):
        limits.append(len(os.sched_getaffinity(0)))
    return max(1, min(limits))


def _quotas(cgroups: Path) -> Iterator[int]:
    """Yield the cores that a quota amounts to; none is said with ``max`` or -1."""
    try:
        quota, period = (cgroups / "cpu.max").read_text().split()
    except OSError:
        try:
            quota = (cgroups / "cpu" / "cpu.cfs_quota_us").read_text()
            period = (cgroups / "cpu" / "cpu.cfs_period_us").read_text()
        except OSError:
            return
    if quota != "max" and int(quota) > 0:
        yield math.ceil(int(quota) / int(period))
