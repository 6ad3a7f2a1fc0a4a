"""The load, with the hosts in turn, and what it saw."""

import json
import math
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import tools
from benchmarks.scenarios import Scenario
from benchmarks.sites import Proxy

_SUMMARY = re.compile(r"requests=(\d+) seconds=([\d.]+) failed=(\d+) p50=([\d.]+) p99=([\d.]+)")

# Requests are made before the load starts; in the load wrk only picks the next one. It counts
# statuses from 400 as errors, which they are unless they are what was asked for.
_SCRIPT = """\
local hosts = {%(hosts)s}
local headers = {%(headers)s}
local body = %(body)s
local requests, next, count = {}, 0, #hosts
function init(args)
  for number, host in ipairs(hosts) do
    headers["Host"] = host
    requests[number - 1] = wrk.format("%(method)s", "%(path)s", headers, body)
  end
end
function request()
  next = (next + 1) %% count
  return requests[next]
end
function done(summary, latency)
  local e = summary.errors
  local wrong = %(refused)s and math.abs(summary.requests - e.status) or e.status
  io.write(string.format("requests=%%d seconds=%%f failed=%%d p50=%%f p99=%%f\\n",
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.timeout + wrong,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the load saw: requests answered, seconds it took, failures; latencies in ms."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float


def put(scenario: Scenario, proxy: Proxy, *, seconds: float, folder: Path) -> Load:
    """Put load on a proxy for a while."""
    if scenario.tool == "wrk":
        command = _wrk(scenario, proxy, seconds=seconds, folder=folder)
    else:
        port = proxy.https if scenario.tls else proxy.http
        words = (str(port), scenario.path, f"{seconds:g}")
        command = [sys.executable, "-m", f"benchmarks.{scenario.tool}", *words]
    done = subprocess.run(
        command,
        env=tools.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    return read(done.stdout + done.stderr)


def read(said: str) -> Load:
    """Read what a load program said; raises RuntimeError where that is no summary."""
    if (found := _SUMMARY.search(said)) is None:
        raise RuntimeError(f"the load said:\n{said}")
    return Load(
        requests=int(found[1]),
        seconds=float(found[2]),
        failed=int(found[3]),
        p50=float(found[4]),
        p99=float(found[5]),
    )


def _wrk(scenario: Scenario, proxy: Proxy, *, seconds: float, folder: Path) -> list[str | Path]:
    script = folder / f"{scenario.name}.lua"
    script.write_text(script_of(scenario))
    scheme, port = ("https", proxy.https) if scenario.tls else ("http", proxy.http)
    return [
        *(tools.find("wrk"), "--threads=1", f"--connections={scenario.connections}"),
        # It takes whole seconds only.
        *(f"--duration={math.ceil(seconds)}s", "--timeout=10s", f"--script={script}"),
        f"{scheme}://localhost:{port}{scenario.path}",
    ]


def script_of(scenario: Scenario) -> str:
    """Return the Lua script by which wrk sends a scenario's requests."""
    # A string of JSON is one of Lua too, as long as it is plain ASCII.
    headers = (f"[{json.dumps(key)}] = {json.dumps(it)}" for key, it in scenario.headers.items())
    return _SCRIPT % {
        "hosts": ", ".join(map(json.dumps, scenario.hosts)),
        "headers": ", ".join(headers),
        "body": f'string.rep("x", {scenario.body})' if scenario.body else "nil",
        "method": scenario.method,
        "path": scenario.path,
        "refused": str(scenario.status >= 400).lower(),
    }
