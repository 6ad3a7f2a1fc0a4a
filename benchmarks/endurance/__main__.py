"""``python -m benchmarks.endurance``: traffic, upheaval, and the account of both.

Clients ask for pages over kept and new connections, plain and TLS, upload, and talk over
WebSockets; meanwhile manifests change, pods roll and workers are killed. Only what a killed worker
had in hand may fail. Ends by itself, with 1 if anything else failed.
"""

import argparse
import asyncio
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import results, tools
from benchmarks.endurance.account import Endurance
from benchmarks.endurance.soak import Watcher
from benchmarks.endurance.traffic import HOST, Account, Client, Conversations, Requests
from benchmarks.endurance.upheaval import Killer, Manifests
from benchmarks.processes import free_ports, running
from ingress.issuer.authority import Authority, new_authority

UPLOAD = 256 * 1024
PAIRS = 4
READY_WITHIN = 30.0
_ALL_SERVE = "ok, generation "
"""How /readyz begins where no worker is missing."""


class Served(NamedTuple):
    """A running ``ingress run``: its pid and its ports."""

    pid: int
    http: int
    https: int
    admin: int


def main() -> int:
    """Run it as long as the arguments say, print the account and keep it."""
    parser = argparse.ArgumentParser(prog="benchmarks.endurance", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--workers", type=int, default=3, help="at least two; the eldest is spared")
    parser.add_argument("--changes", type=float, default=20, help="of manifests a second")
    parser.add_argument("--kill-every", type=float, default=60, help="seconds")
    parser.add_argument("--out", type=Path, default=tools.CACHE / "benchmarks" / "results")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endurance-") as name:
        account = uvloop.run(_run(given, folder=Path(name)))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "endurance.json").write_text(account.to_json())
    print("\n".join(account.lines()))
    return int(bool(account.failed))


async def _run(given: argparse.Namespace, *, folder: Path) -> Endurance:
    root = new_authority(now=time.time())
    authority = Authority(root, now=time.time())
    tls = ssl.create_default_context(cadata=root.certificate.decode())
    (folder / "manifests").mkdir()
    manifests = Manifests(
        folder / "manifests", pairs=[authority.issue([HOST]) for _ in range(PAIRS)]
    )
    await manifests.begin()
    try:
        with _serving(folder, workers=given.workers) as served:
            await _until_ready(served)
            return await _endure(given, served, manifests=manifests, tls=tls)
    finally:
        await manifests.end()


@contextmanager
def _serving(folder: Path, *, workers: int) -> Iterator[Served]:
    ports = http, https, admin = free_ports(3)
    command = [sys.executable, "-m", "ingress", "run", "-f", str(folder / "manifests")]
    command += ["--workers", str(workers), "--access-log", "json"]
    for flag, port in (("--http", http), ("--https", https), ("--admin", admin)):
        command += [flag, f"127.0.0.1:{port}"]
    with running(command, env={**os.environ}, log=folder / "log", ports=ports) as pid:
        yield Served(pid, http, https, admin)


async def _endure(
    given: argparse.Namespace, served: Served, *, manifests: Manifests, tls: ssl.SSLContext
) -> Endurance:
    async def ready() -> bool:
        return (await _readiness(served)).startswith(_ALL_SERVE)

    account, machine = Account(), results.machine()
    killer = Killer(served.pid, listeners=(served.http, served.https), ready=ready)
    watcher = Watcher({"control": served.pid, "eldest worker": killer.eldest})
    begun = time.monotonic()
    end = begun + given.seconds
    await _meanwhile(
        [client.keep_on(end) for client in _clients(served, tls=tls, account=account)],
        upheaval={
            "changes": manifests.keep_changing(given.changes),
            "rolls": manifests.keep_rolling(),
            "kills": killer.keep_killing(given.kill_every),
            "memory": watcher.keep_watching(max(0.5, given.seconds / 300)),
        },
    )
    concerned = [failure for failure in account.failures if killer.concerns(failure)]
    return Endurance(
        machine=machine,
        seconds=time.monotonic() - begun,
        workers=given.workers,
        done=dict(account.done),
        slowest=account.slowest,
        changes=manifests.changes,
        generations=int((await _readiness(served)).split()[-1]),
        rolls=manifests.rolls,
        kills=len(killer.kills),
        back=killer.back,
        on_killed=len(concerned),
        held=sum(len(kill.ports) for kill in killer.kills),
        failed=[one._asdict() for one in account.failures if one not in concerned],
        memory=watcher.trends(),
    )


async def _meanwhile(
    traffic: Sequence[Coroutine[None, None, None]],
    *,
    upheaval: Mapping[str, Coroutine[None, None, None]],
) -> None:
    """Run the traffic to its end and the upheaval as long; raises what ended that sooner."""
    tasks = [asyncio.create_task(work, name=name) for name, work in upheaval.items()]
    async with asyncio.TaskGroup() as group:
        for number, client in enumerate(traffic):
            group.create_task(client, name=f"client {number}")
    broken = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in broken:
        task.result()


def _clients(served: Served, *, tls: ssl.SSLContext, account: Account) -> Iterator[Client]:
    for scheme, port, context in (("http", served.http, None), ("https", served.https, tls)):
        many = 6 if context is None else 4
        for _ in range(many):
            yield Requests(f"{scheme} kept", port, tls=context, account=account)
            yield Conversations(f"{scheme} WebSocket", port, tls=context, account=account)
        for _ in range(many // 2):
            yield Requests(f"{scheme} new", port, tls=context, account=account, fresh=True)
        yield Requests(f"{scheme} upload", port, tls=context, account=account, body=UPLOAD)


async def _until_ready(served: Served) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not (await _readiness(served)).startswith(_ALL_SERVE):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready: {await _readiness(served)}")
        await asyncio.sleep(0.02)


async def _readiness(served: Served) -> str:
    """Return what /readyz says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.admin)
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.decode().partition("\r\n\r\n")[2]


if __name__ == "__main__":
    sys.exit(main())
