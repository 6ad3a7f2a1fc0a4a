"""What the proxies keep in memory: at the start, and for each connection that only waits.

    python -m benchmarks.memory

Memory is Pss, a process's own pages and its share of those that it shares with others, of a proxy
and its children. A connection that waits has had one answer. What the kernel keeps for a socket is
the same for all, and in no figure.
"""

import argparse
import json
import os
import resource
import select
import socket
import ssl
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import nginx, results, scale, tools
from benchmarks.asking import await_host
from benchmarks.processes import children, free_ports, memory, running
from benchmarks.proxies import PROXIES, USUAL
from benchmarks.sites import HOSTS, Proxy, Site, key_pair

TIMEOUT = 30.0
THREADS = 16
REQUEST = f"GET /1k HTTP/1.1\r\nHost: {HOSTS[0]}\r\n\r\n".encode()


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """One proxy's memory with 1,000 hosts, and what a waiting connection adds, in bytes."""

    start: int
    plain: float
    tls: float


@dataclass(frozen=True, kw_only=True)
class Memory:
    """All that was measured, and where; ``control`` and ``worker`` are ours with ``hosts``."""

    machine: dict[str, str | int]
    versions: dict[str, str]
    hosts: int
    control: int
    worker: int
    connections: int
    footprints: dict[str, Footprint]

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Memory":
        """Read what ``to_json`` wrote."""
        fields = json.loads(text)
        footprints = {name: Footprint(**one) for name, one in fields.pop("footprints").items()}
        return cls(**fields, footprints=footprints)


def main() -> int:
    """Measure, print and keep it."""
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description=__doc__)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=5000)
    parser.add_argument(
        "--proxies",
        type=lambda text: text.split(",") if text else [],
        default=USUAL,
        help=f"of {','.join(PROXIES)}, or none",
    )
    parser.add_argument("--out", type=Path, default=tools.CACHE / "benchmarks" / "results")
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    machine = results.machine()
    control, worker = _ours(given.hosts)
    print(f"ours, {given.hosts} hosts: control {_mb(control)}, worker {_mb(worker)}", flush=True)
    versions: dict[str, str] = {}
    footprints = dict(_footprints(given.proxies, count=given.connections, versions=versions))
    whole = Memory(
        machine=machine,
        versions=versions,
        hosts=given.hosts,
        control=control,
        worker=worker,
        connections=given.connections,
        footprints=footprints,
    )
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "memory.json").write_text(whole.to_json())
    return 0


def _ours(hosts: int) -> tuple[int, int]:
    """Return the memory of control process and worker, each host with a Service of its own."""
    with tempfile.TemporaryDirectory(prefix="memory-") as name:
        folder = Path(name) / "manifests"
        folder.mkdir()
        for number in range(hosts):
            scale.write(folder, number, host=scale.host_of(number), port=9)
        http, https, admin = free_ports(3)
        command = [sys.executable, "-m", "ingress", "run", "-f", str(folder), "--workers", "1"]
        for flag, port in (("--http", http), ("--https", https), ("--admin", admin)):
            command += [flag, f"127.0.0.1:{port}"]
        env = {**os.environ}
        with running(command, env=env, log=Path(name) / "log", ports=(http,)) as pid:
            scale.await_status(http, scale.host_of(hosts - 1), status=502)
            (worker,) = children(pid)
            return memory(pid), memory(worker)


def _footprints(
    names: list[str], *, count: int, versions: dict[str, str]
) -> Iterator[tuple[str, Footprint]]:
    for name in names:
        # Each kind has a process of its own: what one kind gave back, the next would use again.
        with _proxy(name) as proxy:
            versions[name] = proxy.version
            start = _settled(proxy)
            plain = _per_connection(proxy, count=count, tls=None)
        with _proxy(name) as proxy:
            context = ssl._create_unverified_context()  # noqa: S323, SLF001
            tls = _per_connection(proxy, count=count, tls=context)
        print(
            f"{name:12} {_mb(start)}, a connection {plain:8,.0f} B plain, {tls:8,.0f} B TLS",
            flush=True,
        )
        yield name, Footprint(start=start, plain=plain, tls=tls)


@contextmanager
def _proxy(name: str) -> Iterator[Proxy]:
    with tempfile.TemporaryDirectory(prefix="memory-") as folder, ExitStack() as stack:
        place = Path(folder)
        certificate, key = key_pair(place)
        for own in ("upstream", name):
            (place / own).mkdir()
        upstream = stack.enter_context(nginx.run_upstream(place / "upstream", echo=9))
        site = Site(
            folder=place / name, upstream=upstream, certificate=certificate, key=key, log=True
        )
        proxy = stack.enter_context(PROXIES[name](site))
        await_host(proxy, HOSTS[-1])
        yield proxy


def _settled(proxy: Proxy) -> int:
    """Return its memory once it has answered on some connections of each kind."""
    for tls in (None, ssl._create_unverified_context()):  # noqa: S323, SLF001
        with _waiting(proxy, count=THREADS, tls=tls):
            pass
    return _whole(proxy)


def _per_connection(proxy: Proxy, *, count: int, tls: ssl.SSLContext | None) -> float:
    before = _settled(proxy)
    with _waiting(proxy, count=count, tls=tls):
        after = _whole(proxy)
    return (after - before) / count


def _whole(proxy: Proxy) -> int:
    return sum(memory(pid) for pid in (proxy.pid, *children(proxy.pid)))


@contextmanager
def _waiting(proxy: Proxy, *, count: int, tls: ssl.SSLContext | None) -> Iterator[None]:
    """Keep so many connections open that have had an answer each; they must stay open."""
    with ThreadPoolExecutor(THREADS) as pool, ExitStack() as stack:
        opened = list(pool.map(lambda _: _answered(proxy, tls=tls), range(count)))
        poll = select.poll()
        for connection in opened:
            stack.enter_context(connection)
            poll.register(connection, select.POLLIN)
        yield
        if closed := len(poll.poll(0)):
            raise RuntimeError(f"{proxy.name} closed {closed} of {count} connections meanwhile")


def _answered(proxy: Proxy, *, tls: ssl.SSLContext | None) -> socket.socket:
    """Open a connection and ask for one page."""
    port = proxy.https if tls else proxy.http
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    if tls:
        connection = tls.wrap_socket(connection, server_hostname="localhost")
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"x" * 1024):
        if not (piece := connection.recv(65_536)):
            raise RuntimeError(f"{proxy.name} closed: {answer!r}")
        answer += piece
    return connection


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
