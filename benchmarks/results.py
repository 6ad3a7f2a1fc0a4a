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
    """One round of one proxy under one load.

    ``cpu`` is in microseconds per request, and ``kernel`` is its part there; ``p50`` and ``p99``
    are latencies in milliseconds; ``live`` is how many seconds after it the last of the ``changes``
    was served.
    """

    scenario: str
    proxy: str
    round: int
    requests: int
    cpu: float
    kernel: float
    requests_per_second: float
    p50: float
    p99: float
    failed: int
    changes: int = 0
    live: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the rounds of one proxy under one load come to."""

    scenario: str
    proxy: str
    cpu: float
    kernel: float
    lowest: float
    highest: float
    requests_per_second: float
    p50: float
    p99: float
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
            kernel=median(sample.kernel for sample in group),
            lowest=min(sample.cpu for sample in group),
            highest=max(sample.cpu for sample in group),
            requests_per_second=median(sample.requests_per_second for sample in group),
            p50=median(sample.p50 for sample in group),
            p99=median(sample.p99 for sample in group),
            failed=sum(sample.failed for sample in group),
        )
        for (scenario, proxy), group in groups.items()
    ]


def table(summary: list[Row]) -> Iterator[str]:
    """Yield the table in Markdown; nginx is 1 where it took part."""
    yield (
        "| scenario | proxy | CPU µs per request | spread | in the kernel | x nginx | requests/s "
        "| p50 ms | p99 ms | failed |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    nginx = {row.scenario: row.cpu for row in summary if row.proxy == "nginx"}
    for row in summary:
        ratio = f"{row.cpu / nginx[row.scenario]:.2f}" if row.scenario in nginx else "-"
        failed = f"**{row.failed}**" if row.failed else "0"
        spread = f"{row.lowest:.1f} to {row.highest:.1f}"
        yield (
            f"| {row.scenario} | {row.proxy} | {row.cpu:.1f} | {spread} "
            f"| {row.kernel:.1f} | {ratio} | {row.requests_per_second:,.0f} "
            f"| {row.p50:.2f} | {row.p99:.2f} | {failed} |"
        )


def report(run: "Run") -> Iterator[str]:
    """Yield the table and what it depends on."""
    yield from table(rows(run.samples))
    yield ""
    yield f"- access log: {run.access_log}"
    yield from (f"- {name}: {fact}" for name, fact in (run.machine | run.versions).items())


def machine() -> dict[str, str | int]:
    """Return the facts of the machine that bear on the figures; nothing that names it."""
    model = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory": f"{memory / 2**30:.1f} GiB",
        "kernel": platform.release(),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


@dataclass(frozen=True, kw_only=True)
class Run:
    """All that one run measured, and where."""

    machine: dict[str, str | int]
    versions: dict[str, str]
    titles: dict[str, str]
    access_log: str
    samples: list[Sample]

    def to_json(self) -> str:
        """Return it as JSON, a sample a line."""
        samples = ",\n    ".join(json.dumps(asdict(sample)) for sample in self.samples)
        rest = json.dumps({**asdict(self), "samples": []}, indent=2)
        return rest.replace('"samples": []', f'"samples": [\n    {samples}\n  ]') + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Run":
        """Read what ``to_json`` wrote."""
        fields = json.loads(text)
        samples = [Sample(**sample) for sample in fields.pop("samples")]
        return cls(**fields, samples=samples)
