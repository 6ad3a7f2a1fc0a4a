"""``python -m benchmarks``: run the rounds, print the table, keep the samples."""

import argparse
import resource
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import echoes, load, nginx, profiling, results, tools
from benchmarks.asking import await_host, check
from benchmarks.churn import changing
from benchmarks.processes import children, cpu_time
from benchmarks.proxies import OURS, PROXIES, USUAL
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.sites import HOSTS, Proxy, Site, key_pair

WARM_UP = 1.0


def main() -> int:
    """Measure what the arguments name; return 1 if an answer of ours was wrong."""
    arguments = _arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # for 2,000 connections, both sides
    out: Path = arguments.out
    machine = results.machine()  # before the load is ours
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        proxies = _start(arguments, folder=folder, stack=stack)
        if arguments.profile:
            return _profile(proxies, arguments, folder=folder)
        samples = list(_rounds(proxies, arguments, folder=folder))
    run = results.Run(
        machine=machine,
        versions={proxy.name: proxy.version for proxy in proxies} | {"wrk": tools.version("wrk")},
        titles={name: SCENARIOS[name].title for name in arguments.only},
        access_log=arguments.access_log,
        samples=samples,
    )
    (out / "requests.json").write_text(run.to_json())
    print("", *results.report(run), sep="\n")
    ours = {variant.name for variant in OURS}
    return int(any(sample.failed for sample in samples if sample.proxy in ours))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each (default 3)")
    parser.add_argument("--seconds", type=float, default=3, help="of load a round (default 3)")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(SCENARIOS),
        help=f"scenarios, of {','.join(SCENARIOS)}",
    )
    parser.add_argument(
        "--proxies",
        type=lambda text: text.split(","),
        default=USUAL,
        help=f"of {','.join(PROXIES)}",
    )
    parser.add_argument(
        "--access-log",
        choices=("file", "off"),
        default="file",
        help="of every proxy alike (default file)",
    )
    parser.add_argument("--profile", action="store_true", help="profile ours instead")
    parser.add_argument("--out", type=Path, default=tools.CACHE / "benchmarks" / "results")
    return parser.parse_args()


def _start(arguments: argparse.Namespace, *, folder: Path, stack: ExitStack) -> list[Proxy]:
    """Start the upstream and the proxies; all end with the stack."""
    certificate, key = key_pair(folder)
    (folder / "upstream").mkdir()
    echo = stack.enter_context(echoes.serving(folder))
    upstream = stack.enter_context(nginx.run_upstream(folder / "upstream", echo=echo))
    proxies, log = [], arguments.access_log == "file"
    for name in arguments.proxies:
        own = folder / name
        own.mkdir()
        site = Site(folder=own, upstream=upstream, certificate=certificate, key=key, log=log)
        proxies.append(stack.enter_context(PROXIES[name](site)))
        await_host(proxies[-1], HOSTS[-1])
    return proxies


def _rounds(
    proxies: list[Proxy], arguments: argparse.Namespace, *, folder: Path
) -> Iterator[results.Sample]:
    for scenario in (SCENARIOS[name] for name in arguments.only):
        for proxy in proxies:
            check(scenario, proxy)
        for number in range(arguments.rounds):
            for proxy in proxies:
                load.put(scenario, proxy, seconds=WARM_UP, folder=folder)
                seconds = max(arguments.seconds, scenario.least)
                sample = _measure(scenario, proxy, number=number, seconds=seconds, folder=folder)
                print(f"{scenario.name:10} {proxy.name:8} {sample.cpu:9.1f} µs", flush=True)
                yield sample


def _measure(
    scenario: Scenario, proxy: Proxy, *, number: int, seconds: float, folder: Path
) -> results.Sample:
    before = cpu_time(proxy.pid)
    with changing(proxy, rate=scenario.changes) as churn:
        seen = load.put(scenario, proxy, seconds=seconds, folder=folder)
    after, millions = cpu_time(proxy.pid), max(seen.requests, 1) / 1e6
    return results.Sample(
        scenario=scenario.name,
        proxy=proxy.name,
        round=number,
        requests=seen.requests,
        cpu=(sum(after) - sum(before)) / millions,
        kernel=(after.kernel - before.kernel) / millions,
        requests_per_second=seen.requests / seen.seconds,
        p50=seen.p50,
        p99=seen.p99,
        failed=seen.failed if seen.requests else 1,
        changes=len(churn.made),
        live=churn.live,
    )


def _profile(proxies: list[Proxy], arguments: argparse.Namespace, *, folder: Path) -> int:
    ours = next(proxy for proxy in proxies if proxy.name == "ours")
    for scenario in (SCENARIOS[name] for name in arguments.only):
        load.put(scenario, ours, seconds=WARM_UP, folder=folder)
        folded = folder / f"{scenario.name}.folded"
        (worker,) = children(ours.pid)
        sampler = profiling.record(worker, seconds=arguments.seconds, file=folded)
        load.put(scenario, ours, seconds=arguments.seconds + 1, folder=folder)
        _, complaint = sampler.communicate(timeout=60)
        if sampler.returncode:
            print(complaint.decode(), file=sys.stderr)
            return 1
        text = "\n".join(profiling.summary(folded.read_text())) + "\n"
        file = arguments.out / f"profile-{scenario.name}.txt"
        file.write_text(text)
        print(f"{scenario.name}: {text}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
