"""Workers that are killed, and workers that are drained, under traffic.

`make test` kills for 10 seconds; KILL_SECONDS=60 makes it a minute.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from e2e.running import Running, running, wait_for
from e2e.steady import Line, ask_steadily, endpoints
from e2e.test_reload import INGRESS, SERVICE, slice_of

HOST = "steady.test"
RATE = 200.0
SECONDS = float(os.environ.get("KILL_SECONDS", "10"))
GET = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def manifests(folder: Path, ports: list[int]) -> Path:
    parts = [INGRESS.format(name="steady", host=HOST, tls="tls: []"), SERVICE]
    parts += [slice_of(number, port) for number, port in enumerate(ports)]
    (folder / "all.yaml").write_text("---\n".join(parts))
    return folder


def workers_of(served: Running) -> list[int]:
    pid = served.process.pid
    return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def client_ports(pid: int, listener: int) -> set[int]:
    """Return the clients' ports of the connections to a listener that a process holds."""
    links = (str(descriptor.readlink()) for descriptor in Path(f"/proc/{pid}/fd").iterdir())
    inodes = {link[len("socket:[") : -1] for link in links if link.startswith("socket:")}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = f":{listener:04X}"
    return {
        int(row[2].rpartition(":")[2], 16)
        for row in rows
        if row[9] in inodes and row[1].endswith(ours)
    }


class Killer:
    """Kills one worker after the other, and keeps account of whom that concerned."""

    def __init__(self, served: Running) -> None:
        self.served = served
        self.kills = 0
        self.concerned: set[int] = set()
        self.seconds_away: list[float] = []

    async def keep_on(self, *, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            victim = workers_of(self.served)[self.kills % 2]
            os.kill(victim, signal.SIGSTOP)  # so that what it holds is all it will ever hold
            self.concerned |= client_ports(victim, self.served.ports["http"])
            os.kill(victim, signal.SIGKILL)
            begun = time.monotonic()
            self.kills += 1
            await asyncio.to_thread(wait_for, partial(self._is_replaced, victim), "2 workers")
            self.seconds_away.append(time.monotonic() - begun)

    def _is_replaced(self, victim: int) -> bool:
        workers = workers_of(self.served)
        ready = (self.served.admin("/readyz") or "").startswith("ok, generation")
        return ready and victim not in workers and len(workers) == 2


@pytest.mark.timeout(SECONDS + 60)
async def test_a_killed_worker_costs_only_what_it_had_in_hand(tmp_path: Path) -> None:
    async with endpoints(3) as ports:
        with running(manifests(tmp_path, ports), args=("--workers", "2")) as served:
            await asyncio.to_thread(wait_for, lambda: len(workers_of(served)) == 2, "2 workers")
            http = served.ports["http"]
            lines = [
                Line(http, host=HOST, tls=None, fresh=fresh)
                for fresh in (False, False, False, True, True) * 2
            ]
            killer = Killer(served)
            killing = asyncio.create_task(killer.keep_on(every=1.5))
            tally = await ask_steadily(lines, rate=RATE, seconds=SECONDS)
            killing.cancel()
            await asyncio.wait({killing})
            metrics = served.admin("/metrics") or ""
    asked = tally.answers.total() + len(tally.failures)
    print(  # noqa: T201 - the figures, with pytest -s
        f"{asked} requests, {killer.kills} kills, {len(tally.failures)} failed on killed workers,"
        f" back after {', '.join(f'{it:.2f}' for it in killer.seconds_away)} s,"
        f" slowest {tally.slowest * 1000:.0f} ms"
    )
    assert killer.kills >= 2
    assert not tally.turned_away
    assert tally.failed_ports <= killer.concerned, "nobody else felt anything"
    assert len(tally.failures) <= len(killer.concerned)
    assert tally.answers.total() >= 0.95 * RATE * SECONDS
    assert len(tally.answers) == 3
    deaths = [line for line in metrics.splitlines() if line.startswith("ingress_worker_deaths")]
    assert sum(float(line.split()[-1]) for line in deaths) == killer.kills


async def test_round_robin_is_fair_across_workers(tmp_path: Path) -> None:
    async with endpoints(3) as ports:
        with running(manifests(tmp_path, ports), args=("--workers", "2")) as served:
            lines = [Line(served.ports["http"], host=HOST, tls=None, fresh=True)]
            tally = await ask_steadily(lines, rate=300, seconds=1)
    assert tally.answers.total() == 300
    counts = tally.answers.values()
    assert max(counts) - min(counts) <= 2, "one for each worker"


@asynccontextmanager
async def slow_endpoint() -> AsyncIterator[tuple[int, asyncio.Event, asyncio.Event]]:
    """Serve one answer of which the second half waits: its port, it was asked, it may go on."""
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        asked.set()
        await goes_on.wait()
        writer.write(b"half")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked, goes_on
    finally:
        server.close()


SLOW = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: slow}}
spec:
  rules:
  - host: slow.test
    http:
      paths:
      - {{path: /, pathType: Prefix, backend: {{service: {{name: slow, port: {{number: 80}}}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: slow}}
spec: {{ports: [{{port: 80}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: slow-0, labels: {{kubernetes.io/service-name: slow}}}}
addressType: IPv4
ports: [{{port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"""


async def test_a_drain_under_load_breaks_nothing(tmp_path: Path) -> None:
    async with endpoints(3) as ports, slow_endpoint() as (slow_port, asked, goes_on):
        manifests(tmp_path, ports)
        (tmp_path / "slow.yaml").write_text(SLOW.format(port=slow_port))
        with running(tmp_path, args=("--workers", "2", "--drain-timeout", "20s")) as served:
            http = served.ports["http"]
            reader, writer = await asyncio.open_connection("127.0.0.1", http)
            writer.write(GET.replace(HOST.encode(), b"slow.test"))
            await asked.wait()
            lines = [
                Line(http, host=HOST, tls=None, fresh=fresh) for fresh in (False, True, True) * 3
            ]
            asking = asyncio.create_task(ask_steadily(lines, rate=RATE, seconds=3))
            await asyncio.sleep(1)
            served.process.send_signal(signal.SIGTERM)
            tally = await asking
            assert served.process.poll() is None, "it waits for what is in flight"
            assert "draining" in await asyncio.to_thread(why_not_ready, served)
            goes_on.set()
            whole = await reader.read()
            assert whole.endswith(b"halfhalf")
            writer.close()
            assert await asyncio.to_thread(served.process.wait, 20) == 0
    broken = len(tally.failures) - tally.turned_away
    print(  # noqa: T201 - the figures, with pytest -s
        f"{tally.answers.total()} answered, {tally.turned_away} turned away after the order to"
        f" drain, {broken} broken"
    )
    assert not broken, tally.failures
    assert tally.answers.total() > 0.9 * RATE
    assert tally.turned_away


def why_not_ready(served: Running) -> str:
    with socket.create_connection(("127.0.0.1", served.ports["admin"]), timeout=5) as admin:
        admin.sendall(b"GET /readyz HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: admin.recv(4096), b"")).decode()
