"""Samples, their medians, and how they are shown."""

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One round of one proxy under one load; ``cpu`` is in microseconds per request."""

    scenario: str
    proxy: str
    round: int
    cpu: float
    requests_per_second: float
    failed: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the rounds of one proxy under one load come to."""

    scenario: str
    proxy: str
    cpu: float
    lowest: float
    highest: float
    requests_per_second: float
    failed: int


def rows(samples: Iterable[Sample]) -> list[Row]:
    """Put samples together, in the order in which scenario and proxy were first seen."""
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.scenario, sample.proxy), []).append(sample)
    return [
        Row(
            scenario=scenario,
            proxy=proxy,
            cpu=median(sample.cpu for sample in group),
            lowest=min(sample.cpu for sample in group),
            highest=max(sample.cpu for sample in group),
            requests_per_second=median(sample.requests_per_second for sample in group),
            failed=sum(sample.failed for sample in group),
        )
        for (scenario, proxy), group in groups.items()
    ]


def table(summary: list[Row]) -> Iterator[str]:
    """Yield the table in Markdown; nginx is 1 where it took part."""
    yield "| scenario | proxy | CPU µs per request | spread | x nginx | requests/s | failed |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    nginx = {row.scenario: row.cpu for row in summary if row.proxy == "nginx"}
    for row in summary:
        ratio = f"{row.cpu / nginx[row.scenario]:.2f}" if row.scenario in nginx else "-"
        failed = f"**{row.failed}**" if row.failed else "0"
        spread = f"{row.lowest:.1f} to {row.highest:.1f}"
        yield (
            f"| {row.scenario} | {row.proxy} | {row.cpu:.1f} | {spread} "
            f"| {ratio} | {row.requests_per_second:,.0f} | {failed} |"
        )


def machine() -> dict[str, str | int]:
    """Return the facts of the machine that bear on the figures; nothing that names it."""
    model = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory": f"{memory / 2**30:.1f} GiB",
        "kernel": platform.release(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def to_json(samples: list[Sample], *, versions: dict[str, str]) -> str:
    """Return everything that was measured."""
    return json.dumps(
        {
            "machine": machine(),
            "versions": versions,
            "medians": [asdict(row) for row in rows(samples)],
            "samples": [asdict(sample) for sample in samples],
        },
        indent=2,
    )
