"""No request fails while the manifests change ten times a second (must show 4 of issue A).

`make test` runs it for 10 seconds; RELOAD_SECONDS=60 makes it the whole minute.
"""

import asyncio
import base64
import os
import ssl
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from e2e.running import running, wait_for
from e2e.steady import Line, ask_steadily, endpoints

from ingress.issuer.authority import Authority, new_authority
from ingress.issuer.keys import Pair

HOST = "steady.test"
RATE = 200.0
CHANGES = 10.0
SECONDS = float(os.environ.get("RELOAD_SECONDS", "10"))

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  annotations: {{aiohttp-ingress.dev/ssl-redirect: "false"}}
spec:
  {tls}
  rules:
  - host: {host}
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {{service: {{name: steady, port: {{number: 80}}}}}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: steady}
spec:
  ports: [{port: 80}]
"""


def slice_of(number: int, port: int) -> str:
    """One EndpointSlice a port: each names one of ours, since a slice has one port for all."""
    return f"""\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: steady-{number}, labels: {{kubernetes.io/service-name: steady}}}}
addressType: IPv4
ports: [{{port: {port}}}]
endpoints: [{{addresses: [127.0.0.1], conditions: {{ready: true}}}}]
"""


def secret_of(pair: Pair) -> str:
    chain, key = (base64.b64encode(part).decode() for part in (pair[0], pair[1].reveal()))
    return f"""\
apiVersion: v1
kind: Secret
metadata: {{name: steady-tls}}
type: kubernetes.io/tls
data: {{tls.crt: {chain}, tls.key: {key}}}
"""


class Churn:
    """Edits a folder as `mv` and `rm` do: a reader sees the old file, or the new one, or none."""

    def __init__(self, folder: Path, ports: Sequence[int], leaves: Sequence[Pair]) -> None:
        self.folder, self.ports, self.leaves = folder, ports, leaves
        self.edits = 0

    def begin(self) -> None:
        tls = f"tls: [{{hosts: [{HOST}], secretName: steady-tls}}]"
        self.write("service", SERVICE)
        self.write("ingress", INGRESS.format(name="steady", host=HOST, tls=tls))
        self.turn_endpoints(0)
        self.turn_certificate(0)

    def edit(self) -> None:
        """Make the next change: a host beside, the endpoints, or the certificate."""
        turn, kind = divmod(self.edits, 3)
        (self.turn_neighbour, self.turn_endpoints, self.turn_certificate)[kind](turn)
        self.edits += 1

    def turn_neighbour(self, turn: int) -> None:
        name = f"neighbour-{turn % 5}"
        if (self.folder / f"{name}.yaml").exists():
            (self.folder / f"{name}.yaml").unlink()
        else:
            self.write(name, INGRESS.format(name=name, host=f"{name}.test", tls="tls: []"))

    def turn_endpoints(self, turn: int) -> None:
        left_out = turn % len(self.ports)
        kept = [(n, port) for n, port in enumerate(self.ports) if n != left_out]
        self.write("slices", "---\n".join(slice_of(*one) for one in kept))

    def turn_certificate(self, turn: int) -> None:
        self.write("secret", secret_of(self.leaves[turn % len(self.leaves)]))

    def write(self, name: str, text: str) -> None:
        new = self.folder / f".{name}.new"
        new.write_text(text)
        new.replace(self.folder / f"{name}.yaml")

    async def keep_on(self) -> None:
        begun = time.monotonic()
        while True:
            await asyncio.sleep(max(0.0, begun + self.edits / CHANGES - time.monotonic()))
            self.edit()


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("workers", ["1", "2"])
async def test_no_request_fails_while_everything_changes(tmp_path: Path, workers: str) -> None:
    pair = new_authority(now=time.time())
    authority = Authority(pair, now=time.time())
    tls = ssl.create_default_context(cadata=pair.certificate.decode())
    async with endpoints(3) as ports:
        churn = Churn(tmp_path, ports, [authority.issue([HOST]) for _ in range(4)])
        churn.begin()
        with running(tmp_path, args=("--workers", workers)) as served:
            http, https = served.ports["http"], served.ports["https"]
            wait_for(lambda: HOST in (served.admin("/snapshot") or ""), HOST)
            lines = [
                Line(https if encrypted else http, host=HOST, tls=encrypted, fresh=fresh)
                for encrypted in (None, tls)
                for fresh in (False, False, False, True)
            ]
            churning = asyncio.create_task(churn.keep_on())
            tally = await ask_steadily(lines, rate=RATE, seconds=SECONDS)
            churning.cancel()
            generation = int((served.admin("/readyz") or "").split()[-1])

    asked = tally.answers.total() + len(tally.failures)
    print(  # noqa: T201 - the figures, with pytest -s
        f"{workers} workers, {asked} requests, {len(tally.failures)} failed,"
        f" slowest {tally.slowest * 1000:.0f} ms,"
        f" {churn.edits} edits, {generation} generations, {len(tally.serials)} certificates"
    )
    assert not tally.failures, tally.failures[:10]
    assert tally.answers.total() >= 0.99 * RATE * SECONDS
    assert len(tally.answers) == 3, "every endpoint had its turn"
    assert len(tally.serials) == 4, "every certificate was shown"
    assert churn.edits >= 0.9 * CHANGES * SECONDS
    assert generation >= 0.8 * churn.edits, "and every edit was served"
