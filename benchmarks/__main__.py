"""``python -m benchmarks``: run the rounds, print the table, keep the samples."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import load, nginx, profiling, results, tools
from benchmarks.processes import children, cpu_seconds
from benchmarks.proxies import PROXIES, Proxy, Site
from ingress.issuer.authority import Authority, new_authority

WARM_UP = 1.0


def main() -> int:
    """Measure what the arguments name; return 1 if an answer was wrong."""
    arguments = _arguments()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        proxies = _start(arguments, folder=folder, stack=stack)
        if arguments.profile:
            return _profile(proxies, arguments, folder=folder)
        samples = list(_rounds(proxies, arguments, folder=folder))
    versions = {proxy.name: proxy.version for proxy in proxies} | {"wrk": tools.version("wrk")}
    (out / "samples.json").write_text(results.to_json(samples, versions=versions) + "\n")
    report = "\n".join(_report(samples, versions, log=arguments.access_log)) + "\n"
    (out / "table.md").write_text(report)
    print(f"\n{report}")
    return int(any(sample.failed for sample in samples))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (default 5)")
    parser.add_argument("--seconds", type=float, default=4, help="of load a round (default 4)")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(load.SCENARIOS),
        help=f"scenarios, of {','.join(load.SCENARIOS)}",
    )
    parser.add_argument(
        "--proxies",
        type=lambda text: text.split(","),
        default=list(PROXIES),
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
    certificate, key = _key_pair(folder)
    (folder / "upstream").mkdir()
    upstream = stack.enter_context(nginx.run_upstream(folder / "upstream"))
    proxies, log = [], arguments.access_log == "file"
    for name in arguments.proxies:
        own = folder / name
        own.mkdir()
        site = Site(folder=own, upstream=upstream, certificate=certificate, key=key, log=log)
        proxies.append(stack.enter_context(PROXIES[name](site)))
    return proxies


def _key_pair(folder: Path) -> tuple[Path, Path]:
    now = time.time()
    pair = Authority(new_authority(now=now), now=now).issue(["localhost"])
    certificate, key = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(pair.certificate)
    key.touch(mode=0o600)
    key.write_bytes(pair.key.reveal())
    return certificate, key


def _rounds(
    proxies: list[Proxy], arguments: argparse.Namespace, *, folder: Path
) -> Iterator[results.Sample]:
    for scenario in (load.SCENARIOS[name] for name in arguments.only):
        for proxy in proxies:
            load.ask(scenario, proxy)
        for number in range(arguments.rounds):
            for proxy in proxies:
                load.put(scenario, proxy, seconds=WARM_UP, folder=folder)
                before = cpu_seconds(proxy.pid)
                seen = load.put(scenario, proxy, seconds=arguments.seconds, folder=folder)
                used = cpu_seconds(proxy.pid) - before
                sample = results.Sample(
                    scenario=scenario.name,
                    proxy=proxy.name,
                    round=number,
                    cpu=used / max(seen.requests, 1) * 1e6,
                    requests_per_second=seen.requests / seen.seconds,
                    failed=seen.failed,
                )
                print(f"{scenario.name:10} {proxy.name:6} {sample.cpu:8.1f} µs", flush=True)
                yield sample


def _report(samples: list[results.Sample], versions: dict[str, str], *, log: str) -> Iterator[str]:
    yield from results.table(results.rows(samples))
    yield ""
    yield f"- access log: {log}"
    yield from (f"- {name}: {fact}" for name, fact in results.machine().items())
    yield from (f"- {name}: {version}" for name, version in versions.items())


def _profile(proxies: list[Proxy], arguments: argparse.Namespace, *, folder: Path) -> int:
    ours = next(proxy for proxy in proxies if proxy.name == "ours")
    for scenario in (load.SCENARIOS[name] for name in arguments.only):
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
