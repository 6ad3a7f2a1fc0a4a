"""What happens meanwhile: manifests change, pods roll, workers are killed."""

import asyncio
import json
import os
import signal
import time
from base64 import b64encode
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.endurance.pods import Pod
from benchmarks.endurance.traffic import HOST, Failure
from benchmarks.ours import Json, ingress
from benchmarks.processes import children
from benchmarks.sites import replace
from ingress.issuer.keys import Pair

SETTLED = 3.0
"""Seconds that nothing is said of pods, before the next one is replaced."""
NEWS_TAKES = 3.0
"""Seconds that a pod waits after it is no endpoint any more, as `preStop` does in a cluster."""
PODS = 3
NEIGHBOURS = 10
BACK_WITHIN = 30.0

Readiness = Callable[[], Awaitable[bool]]


class Manifests:
    """A folder of manifests: the host that is asked for, and neighbours that come and go."""

    def __init__(self, folder: Path, *, pairs: Sequence[Pair]) -> None:
        self.changes = 0
        self.rolls = 0
        self._folder, self._pairs = folder, pairs
        self._pods: deque[Pod] = deque()
        self._started: list[Pod] = []

    async def begin(self) -> None:
        """Write what is there from the start, and start the first pods."""
        for _ in range(PODS):
            await self._new_pod()
        served = ingress(HOST, tls=True)
        metadata = served["metadata"]
        assert isinstance(metadata, dict)  # noqa: S101 - it is ours
        metadata["annotations"] = {"aiohttp-ingress.dev/ssl-redirect": "false"}
        self._write("ingress", served)
        self._write("service", _object("Service", "service", spec={"ports": [{"port": 80}]}))
        self._write("secret", self._secret())
        self._write("slices", self._slices())

    async def end(self) -> None:
        """End the pods, once the proxy before them has ended."""
        for pod in self._pods:
            pod.drain()
        await asyncio.gather(*(pod.ended() for pod in self._started))

    async def keep_changing(self, rate: float) -> None:
        """Let a neighbour come or go, or renew the certificate, so often a second."""
        begun = time.monotonic()
        while True:
            await asyncio.sleep(max(0.0, begun + self.changes / rate - time.monotonic()))
            self.changes += 1
            if self.changes % 5 == 0:
                self._write("secret", self._secret())
            else:
                self._turn_neighbour(self.changes % NEIGHBOURS)

    async def keep_rolling(self) -> None:
        """Replace the oldest pod by a new one, again and again."""
        while True:
            await asyncio.sleep(SETTLED)
            oldest = self._pods.popleft()
            await self._new_pod()
            self._write("slices", self._slices())
            self.rolls += 1
            await asyncio.sleep(NEWS_TAKES)
            oldest.drain()

    async def _new_pod(self) -> None:
        pod = Pod(len(self._started) + 1)
        await pod.start()
        self._started.append(pod)
        self._pods.append(pod)

    def _turn_neighbour(self, number: int) -> None:
        file = self._folder / f"neighbour-{number}.json"
        if file.exists():
            file.unlink()
        else:
            self._write(file.stem, ingress(f"neighbour-{number}.example.com"))

    def _secret(self) -> Json:
        pair = self._pairs[self.changes // 5 % len(self._pairs)]
        parts = {"tls.crt": pair.certificate, "tls.key": pair.key.reveal()}
        data = {name: b64encode(part).decode() for name, part in parts.items()}
        return _object("Secret", "benchmark", type="kubernetes.io/tls", data=data)

    def _slices(self) -> Json:
        """Return a slice for each pod, since a slice has one port for all its endpoints."""
        items = [
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "name": f"service-{place}",
                    "labels": {"kubernetes.io/service-name": "service"},
                },
                "addressType": "IPv4",
                "ports": [{"port": pod.port}],
                "endpoints": [{"addresses": ["127.0.0.1"]}],
            }
            for place, pod in enumerate(self._pods)
        ]
        return {"apiVersion": "v1", "kind": "List", "items": items}

    def _write(self, name: str, content: Json) -> None:
        replace(self._folder / f"{name}.json", json.dumps(content))


def _object(kind: str, name: str, **more: object) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


class Kill(NamedTuple):
    """When a worker was killed, and the clients' ports that it held."""

    at: float
    ports: frozenset[int]


class Killer:
    """Kills the workers in turn, all but the eldest, whose memory is watched.

    ``back`` is the seconds until each was replaced.
    """

    def __init__(self, pid: int, *, listeners: Sequence[int], ready: Readiness) -> None:
        self.kills: list[Kill] = []
        self.back: list[float] = []
        self._pid, self._listeners, self._ready = pid, listeners, ready
        self.eldest = min(children(pid))

    async def keep_killing(self, every: float) -> None:
        """Kill a worker, wait until it is replaced, and again after so many seconds."""
        while True:
            await asyncio.sleep(every)
            workers = children(self._pid)
            victim = min(pid for pid in workers if pid != self.eldest)
            os.kill(victim, signal.SIGSTOP)  # so that what it holds is all it will ever hold
            ports = frozenset(client_ports(victim, self._listeners))
            at = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            self.kills.append(Kill(at, ports))
            while not await self._is_replaced(victim, of=len(workers)):
                if time.monotonic() > at + BACK_WITHIN:
                    raise TimeoutError("a killed worker is not replaced")
                await asyncio.sleep(0.01)
            self.back.append(time.monotonic() - at)

    async def _is_replaced(self, victim: int, *, of: int) -> bool:
        workers = children(self._pid)
        return victim not in workers and len(workers) == of and await self._ready()

    def concerns(self, failure: Failure) -> bool:
        """Tell whether a connection was with a worker that was killed while it was open."""
        return any(
            failure.port in kill.ports and failure.opened <= kill.at <= failure.at
            for kill in self.kills
        )


def client_ports(pid: int, listeners: Sequence[int]) -> set[int]:
    """Return the clients' ports of the connections to listeners that a process holds."""
    links = (str(descriptor.readlink()) for descriptor in Path(f"/proc/{pid}/fd").iterdir())
    inodes = {link[len("socket:[") : -1] for link in links if link.startswith("socket:")}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = tuple(f":{listener:04X}" for listener in listeners)
    return {
        int(row[2].rpartition(":")[2], 16)
        for row in rows
        if row[9] in inodes and row[1].endswith(ours)
    }
