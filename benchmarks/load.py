"""The load, with the hosts in turn, and what it saw."""

import http.client
import math
import re
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import tools
from benchmarks.proxies import HOSTS, Proxy

CONNECTIONS = 64
TIMEOUT = 10.0
_SUMMARY = re.compile(r"requests=(\d+) seconds=([\d.]+) failed=(\d+)")

# Requests are made before the load starts; in the load wrk only picks the next one.
_SCRIPT = """\
local requests, next = {}, 0
function init(args)
  for number = 0, %(hosts)d - 1 do
    requests[number] = wrk.format("GET", "%(path)s", {
      ["Host"] = string.format("host-%%04d.example.com", number)
    })
  end
end
function request()
  next = (next + 1) %% %(hosts)d
  return requests[next]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("requests=%%d seconds=%%f failed=%%d\\n", summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One kind of load; ``closes`` asks for a new connection each time."""

    name: str
    path: str
    size: int
    tls: bool = False
    closes: bool = False


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(name="keep-alive", path="/1k", size=1024),
        Scenario(name="large", path="/100k", size=102_400),
        Scenario(name="tls", path="/1k", size=1024, tls=True),
        Scenario(name="tls-new", path="/1k", size=1024, tls=True, closes=True),
    )
}


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the load saw: requests answered, seconds it took, failures of every kind."""

    requests: int
    seconds: float
    failed: int


def put(scenario: Scenario, proxy: Proxy, *, seconds: float, folder: Path) -> Load:
    """Put load on a proxy for a while."""
    if scenario.closes:
        command = _handshakes(scenario, proxy, seconds=seconds)
    else:
        command = _wrk(scenario, proxy, seconds=seconds, folder=folder)
    done = subprocess.run(
        command,
        env=tools.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    summary = _SUMMARY.search(done.stdout)
    if summary is None:
        raise RuntimeError(f"the load said:\n{done.stdout}{done.stderr}")
    return Load(requests=int(summary[1]), seconds=float(summary[2]), failed=int(summary[3]))


def _handshakes(scenario: Scenario, proxy: Proxy, *, seconds: float) -> list[str | Path]:
    arguments = (str(proxy.https), scenario.path, f"{seconds:g}")
    return [sys.executable, "-m", "benchmarks.handshakes", *arguments]


def _wrk(scenario: Scenario, proxy: Proxy, *, seconds: float, folder: Path) -> list[str | Path]:
    script = folder / f"{scenario.name}.lua"
    script.write_text(_SCRIPT % {"hosts": len(HOSTS), "path": scenario.path})
    scheme, port = ("https", proxy.https) if scenario.tls else ("http", proxy.http)
    return [
        *(tools.find("wrk"), "--threads=1", f"--connections={CONNECTIONS}"),
        # It takes whole seconds only.
        *(f"--duration={math.ceil(seconds)}s", f"--script={script}"),
        f"{scheme}://localhost:{port}{scenario.path}",
    ]


def ask(scenario: Scenario, proxy: Proxy) -> None:
    """Ask once; raises RuntimeError where the answer is not the upstream's page."""
    context = ssl._create_unverified_context() if scenario.tls else None  # noqa: S323, SLF001
    connection: http.client.HTTPConnection
    if context is not None:
        connection = http.client.HTTPSConnection(
            "localhost", proxy.https, context=context, timeout=TIMEOUT
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=TIMEOUT)
    connection.request("GET", scenario.path, headers={"Host": HOSTS[-1]})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if (response.status, body) != (200, b"x" * scenario.size):
        raise RuntimeError(
            f"{proxy.name} answered {scenario.name} with {response.status}, {len(body)} bytes"
        )
