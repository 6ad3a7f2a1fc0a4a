"""Writes docs/performance.md and its chart from what the benchmarks measured.

    python -m benchmarks.report

Each benchmark keeps its figures in docs/performance/, and the page is made of what is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import results
from benchmarks.chart import chart
from benchmarks.endurance.account import Endurance
from benchmarks.memory import Memory
from benchmarks.results import Row, Run, Sample

DOCS = Path(__file__).resolve().parent.parent / "docs"
FIGURES = DOCS / "performance"
PAGE = DOCS / "performance.md"
CHART = FIGURES / "requests.svg"
REQUESTS = "requests.json"
MEMORY = "memory.json"
ENDURANCE = "endurance.json"

_HEAD = """\
# Performance

What a request costs here and elsewhere, measured side by side in one run. Each proxy has one worker
or one processor, 1,000 hosts, kept connections to the upstream, and does the same work;
[benchmarks](../benchmarks/README.md) says how, and why that is fair. Written by
`python -m benchmarks.report` from the figures in [performance/](performance).
"""

_ENDURANCE = """\
Clients that forgive nothing ask over kept and new connections, plain and TLS, upload, and talk over
WebSockets. Meanwhile manifests change, pods roll, and workers are killed by SIGKILL, which may fail
what those had in hand, and nothing else. One worker is spared, to see its memory.
`python -m benchmarks.endurance`
"""


class Aim(NamedTuple):
    """What a scenario may cost, in multiples of what another proxy costs."""

    scenario: str
    proxy: str
    other: str
    most: float


AIMS = (
    Aim("keep-alive", "ours", "nginx", 1.0),
    Aim("keep-alive", "interpreted", "nginx", 1.7),
    Aim("keep-alive", "ours", "envoy", 0.35),
    Aim("keep-alive", "ours", "caddy", 0.2),
    Aim("large", "ours", "nginx", 0.9),
    Aim("tls", "ours", "nginx", 1.0),
    Aim("tls-new", "ours", "nginx", 1 / 0.9),
    Aim("keep-alive", "full", "caddy", 1.2),
)

PLAIN = "keep-alive"
"""The scenario that is taken apart."""

WORKER_MB = 80
PLAIN_KB = 8


def page(folder: Path = FIGURES) -> str:
    """Return the page as it should be."""
    run = Run.from_json((folder / REQUESTS).read_text(encoding="utf-8"))
    rows = results.rows(run.samples)
    memory = Memory.from_json((folder / MEMORY).read_text(encoding="utf-8"))
    endurance = Endurance.from_json((folder / ENDURANCE).read_text(encoding="utf-8"))
    parts = [
        _HEAD,
        *_requests(rows, run),
        *_where(rows, run),
        *_details(rows),
        *_memory(memory),
        *_endurance(endurance),
        *_aims(rows, run, memory),
        *_machine(run),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def picture(folder: Path = FIGURES) -> str:
    """Return the chart as it should be."""
    run = Run.from_json((folder / REQUESTS).read_text(encoding="utf-8"))
    return chart(results.rows(run.samples), titles=run.titles)


def _requests(rows: Sequence[Row], run: Run) -> Iterator[str]:
    proxies = list(dict.fromkeys(row.proxy for row in rows))
    others = [name for name in proxies if name != "nginx"]
    cell = {(row.scenario, row.proxy): row for row in rows}
    yield "## A request\n"
    yield f"![CPU time per request, in multiples of nginx]({FIGURES.name}/{CHART.name})\n"
    yield "CPU time per request: of nginx in µs, of the others in multiples of it.\n"
    yield f"| | nginx, µs | {' | '.join(others)} |"
    yield f"|---|--:|{'--:|' * len(others)}"
    for scenario, title in run.titles.items():
        nginx = cell[scenario, "nginx"].cpu
        ratios = (_ratio(cell[scenario, name].cpu / nginx, name) for name in others)
        yield f"| {title} | {_amount(nginx)} | {' | '.join(ratios)} |"
    yield ""
    yield from _failures(rows, run)
    yield from _changes(run)


def _where(rows: Sequence[Row], run: Run) -> Iterator[str]:
    title = run.titles[PLAIN]
    yield "## Where it goes\n"
    yield f"{title}: µs of a request that the kernel takes, to read and write twice and to wake"
    yield "who waits for it, and µs of the proxy's own."
    yield "[0088](decisions/0088-where-a-request-goes.md) says what ours are made of, what was"
    yield "tried, and where the floor is.\n"
    yield "| | in the kernel | its own | the kernel alone, x nginx's whole |"
    yield "|---|--:|--:|--:|"
    plain = [row for row in rows if row.scenario == PLAIN]
    (nginx,) = (row.cpu for row in plain if row.proxy == "nginx")
    for row in plain:
        own = row.cpu - row.kernel
        yield f"| {row.proxy} | {row.kernel:.1f} | {own:.1f} | {row.kernel / nginx:.2f} |"
    yield ""


def _ratio(ratio: float, name: str) -> str:
    return f"**{ratio:.2f}**" if name == "ours" else f"{ratio:.2f}"


def _amount(microseconds: float) -> str:
    return f"{microseconds:,.0f}" if microseconds >= 100 else f"{microseconds:.1f}"


def _failures(rows: Sequence[Row], run: Run) -> Iterator[str]:
    asked = {
        (row.scenario, row.proxy): sum(
            sample.requests
            for sample in run.samples
            if (sample.scenario, sample.proxy) == (row.scenario, row.proxy)
        )
        for row in rows
    }
    failed = [row for row in rows if row.failed]
    if not failed:
        yield "No request failed.\n"
        return
    yield "Requests that failed; of all others none did:\n"
    for row in failed:
        title, whole = run.titles[row.scenario], asked[row.scenario, row.proxy]
        yield f"- {row.proxy}, {title}: {row.failed:,} of {whole:,}"
    yield ""


def _changes(run: Run) -> Iterator[str]:
    groups: dict[str, list[Sample]] = {}
    for sample in run.samples:
        if sample.changes:
            groups.setdefault(sample.proxy, []).append(sample)
    if not groups:
        return
    yield "While the configuration changes: changes that each took, and when the last was live.\n"
    yield f"| | {' | '.join(groups)} |"
    yield f"|---|{'--:|' * len(groups)}"
    rates = (
        median(it.changes * it.requests_per_second / max(it.requests, 1) for it in group)
        for group in groups.values()
    )
    yield f"| changes a second | {' | '.join(f'{rate:.1f}' for rate in rates)} |"
    lives = (median(it.live for it in group) for group in groups.values())
    yield f"| live after, ms | {' | '.join(f'{live * 1e3:,.0f}' for live in lives)} |\n"


def _memory(memory: Memory) -> Iterator[str]:
    yield "## Memory\n"
    yield "What processes keep (Pss), with 1,000 hosts, and what a connection that waits adds to it"
    yield f"({memory.connections:,} of them, each answered once). `python -m benchmarks.memory`\n"
    yield "| | at the start, MB | a plain connection, KB | a TLS connection, KB |"
    yield "|---|--:|--:|--:|"
    for name, one in memory.footprints.items():
        yield (f"| {name} | {one.start / 1e6:.1f} | {one.plain / 1e3:.1f} | {one.tls / 1e3:.1f} |")
    yield (
        f"\nOurs with {memory.hosts:,} hosts, each with a Service of its own: "
        f"{memory.control / 1e6:.1f} MB in the control process, "
        f"{memory.worker / 1e6:.1f} MB in a worker.\n"
    )


def _endurance(endurance: Endurance) -> Iterator[str]:
    yield "## Endurance\n"
    yield _ENDURANCE
    yield from endurance.lines()
    yield ""


def _aims(rows: Sequence[Row], run: Run, memory: Memory) -> Iterator[str]:
    cost = {(row.scenario, row.proxy): row.cpu for row in rows}
    yield "## What we aim for\n"
    yield "| | at most | measured | |"
    yield "|---|--:|--:|---|"
    for aim in AIMS:
        ours, theirs = (cost.get((aim.scenario, name)) for name in (aim.proxy, aim.other))
        if ours is None or theirs is None:
            continue
        ratio = ours / theirs
        yield (
            f"| {run.titles[aim.scenario]}: {aim.proxy} | {aim.most:.2f} x {aim.other} "
            f"| {ratio:.2f} | {_verdict(ratio, aim.most)} |"
        )
    worker, plain = memory.worker / 1e6, memory.footprints["ours"].plain / 1e3
    yield (
        f"| a worker with {memory.hosts:,} hosts | {WORKER_MB} MB | {worker:.1f} "
        f"| {_verdict(worker, WORKER_MB)} |"
    )
    yield f"| a waiting connection | {PLAIN_KB} KB | {plain:.1f} | {_verdict(plain, PLAIN_KB)} |\n"


def _verdict(measured: float, most: float) -> str:
    return "met" if round(measured, 2) <= round(most, 2) else "missed"


def _details(rows: Sequence[Row]) -> Iterator[str]:
    yield "<details><summary>Every figure: spread, throughput, latency</summary>\n"
    yield "Throughput and latency are of two cores that proxy, upstream and load share.\n"
    yield from results.table(list(rows))
    yield "\n</details>\n"


def _machine(run: Run) -> Iterator[str]:
    yield "## The machine\n"
    yield "The load is what else it had to do before the run; a busy machine spreads the figures.\n"
    facts: Mapping[str, str | int] = {**run.machine, "access log": run.access_log}
    yield from (f"- {name}: {fact}" for name, fact in facts.items())
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    yield f"- versions: {versions}\n"


def main() -> None:
    """Write both."""
    PAGE.write_text(page(), encoding="utf-8")
    CHART.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
