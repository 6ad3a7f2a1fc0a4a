"""Cold start and edit-to-live with thousands of Ingresses: ``python -m benchmarks.scale``.

Every Ingress has a file of its own with its Service and its EndpointSlice, all in one folder. An
edit renames the host of one Ingress, and is live when a request for the new host is answered by
an endpoint. Where the time goes is measured in this process, by calling the same stages.
"""

import argparse
import http.client
import http.server
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from benchmarks.processes import cpu_seconds, free_ports, running
from ingress.compiler import Build, build_snapshot
from ingress.model.codec import (
    Publication,
    decode_publication,
    diff,
    encode_publication,
    patch,
)
from ingress.model.snapshot import Snapshot
from ingress.routing import RoutingTable
from ingress.settings import CompilerOptions
from ingress.sources.manifests import Manifests

T = TypeVar("T")

PATIENCE = 60.0
OBJECTS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: shop-{number}}}
spec:
  rules:
  - host: {host}
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {{service: {{name: shop-{number}, port: {{number: 80}}}}}}
      - path: /api
        pathType: Prefix
        backend: {{service: {{name: shop-{number}, port: {{number: 80}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: shop-{number}}}
spec:
  ports: [{{port: 80, targetPort: 8080}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: shop-{number}-x
  labels: {{kubernetes.io/service-name: shop-{number}}}
addressType: IPv4
ports: [{{port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"""


def main() -> int:
    """Measure what the arguments say and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=__doc__)
    parser.add_argument("--ingresses", type=int, default=5000)
    parser.add_argument("--edits", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-") as name, _endpoint() as port:
        folder = Path(name) / "manifests"
        folder.mkdir()
        for number in range(arguments.ingresses):
            write(folder, number, host=host_of(number), port=port)
        print(f"{arguments.ingresses} Ingresses, {arguments.edits} edits, {os.cpu_count()} cores")
        _measure_process(folder, edits=arguments.edits, port=port, log=Path(name) / "log")
        _measure_stages(folder, port=port)
    return 0


def host_of(number: int, edition: int = 0) -> str:
    """Return the host of an Ingress; each edition of it has another."""
    return f"shop-{number}-{edition}.scale.test"


def write(folder: Path, number: int, *, host: str, port: int) -> None:
    """Write an Ingress, its Service and its EndpointSlice into a file, as `mv` does."""
    new = folder / f".shop-{number}.new"
    new.write_text(OBJECTS.format(number=number, host=host, port=port))
    new.replace(folder / f"shop-{number}.yaml")


class _Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def _endpoint() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _measure_process(folder: Path, *, edits: int, port: int, log: Path) -> None:
    """Start the command as a user would, then edit one file after the other."""
    names = ("http", "https", "admin")
    ports = dict(zip(names, free_ports(3), strict=True))
    listeners = [word for name in names for word in (f"--{name}", f"127.0.0.1:{ports[name]}")]
    command = [sys.executable, "-m", "ingress", "run", "-f", str(folder), *listeners]
    begun = time.monotonic()
    with running(
        [*command, "--access-log", "off"], env=dict(os.environ), log=log, ports=[ports["http"]]
    ) as pid:
        await_status(ports["http"], host_of(0))
        print(f"cold start to first request  {time.monotonic() - begun:8.2f} s")
        before = cpu_seconds(pid)
        waits = sorted(
            _edit(folder, turn, http_port=ports["http"], port=port) for turn in range(edits)
        )
        used = (cpu_seconds(pid) - before) / edits
    print(f"edit to live, p50            {statistics.median(waits) * 1e3:8.1f} ms")
    print(f"edit to live, p99            {waits[int(len(waits) * 0.99) - 1] * 1e3:8.1f} ms")
    print(f"edit to live, worst          {waits[-1] * 1e3:8.1f} ms")
    print(f"CPU an edit, with our asking {used * 1e3:8.1f} ms")


def _edit(folder: Path, turn: int, *, http_port: int, port: int) -> float:
    host = host_of(turn, edition=1)
    write(folder, turn, host=host, port=port)
    begun = time.monotonic()
    await_status(http_port, host)
    return time.monotonic() - begun


def await_status(port: int, host: str, *, status: int = 200) -> None:
    """Wait until a host is answered with that status; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if _status(port, host) == status:
            return
        time.sleep(0.001)  # between two looks
    raise TimeoutError(f"{host} is not served after {PATIENCE:g} s")


def _status(port: int, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _measure_stages(folder: Path, *, port: int) -> None:
    """Call what the command calls, from nothing and then after one edit."""
    print(f"\n{'stage':28} {'cold':>8} {'one edit':>8}   ms")
    stages = _Stages(folder)
    cold = stages.run()
    write(folder, 0, host=host_of(0, edition=2), port=port)
    edit = stages.run()
    for name, seconds in cold.items():
        print(f"{name:28} {seconds * 1e3:8.1f} {edit[name] * 1e3:8.1f}")


class _Stages:
    """The way from files to a table, stage by stage; each run builds on the one before."""

    def __init__(self, folder: Path) -> None:
        self._manifests = Manifests([str(folder)])
        self._build: Build | None = None
        self._served = Snapshot()
        self._table: RoutingTable | None = None

    def run(self) -> dict[str, float]:
        """Return the seconds of every stage."""
        times: dict[str, float] = {}
        inventory = _timed(times, "read every file", self._manifests.read)
        before = self._build.snapshot if self._build else Snapshot()
        self._build = build = _timed(
            times,
            "compile",
            lambda: build_snapshot(
                inventory, CompilerOptions(any_class=True), now=time.time(), previous=self._build
            ),
        )
        delta = _timed(times, "diff", lambda: diff(before, build.snapshot))
        publication = Publication(generation=2, base=1, delta=delta)
        data = _timed(times, "encode", lambda: encode_publication(publication))
        received = _timed(times, "decode", lambda: decode_publication(data))
        self._served = _timed(times, "patch", lambda: patch(self._served, received.delta))
        self._table = _timed(
            times, "routing table", lambda: RoutingTable.build(self._served, self._table)
        )
        return times


def _timed(times: dict[str, float], name: str, stage: Callable[[], T]) -> T:
    begun = time.perf_counter()
    result = stage()
    times[name] = time.perf_counter() - begun
    return result


if __name__ == "__main__":
    sys.exit(main())
