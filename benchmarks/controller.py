"""What serves a cluster, looked at from outside: its answers, and what its start takes."""

import asyncio
import math
import os
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, NamedTuple

from benchmarks.population import CLASS
from benchmarks.processes import busy_seconds, children, cpu_seconds, memory
from benchmarks.starts import Start
from ingress.settings import CONTROLLER

HTTP, HTTPS, ADMIN = 18080, 18443, 19090
PATIENCE: Final = 60.0
PAUSE: Final = 0.001
REST: Final = 1.0  # before memory is looked at: what a start needs for a moment is no measure

_KEPT: Final = ("PATH", "HOME", "KUBECONFIG")
_STAMP: Final = len("2026-01-01T00:00:00.000Z")


class Program(NamedTuple):
    """What can serve a cluster's Ingresses, as whoever installs it runs it.

    ``controller`` is whose IngressClass it takes; ``says_read``, what its log says once the cluster
    is read; ``lag``, the longest that a change may wait until it is worked on.
    """

    name: str
    command: Sequence[str | Path]
    controller: str
    says_read: bytes | None = None
    lag: float = 0.0


OURS: Final = Program(
    name="ours",
    command=(
        Path(sys.executable).with_name("ingress"),
        "run",
        # Named, since the class is a peer's where there is one.
        f"--ingress-class={CLASS}",
        "--access-log=off",
        f"--http=127.0.0.1:{HTTP}",
        f"--https=127.0.0.1:{HTTPS}",
        f"--admin=127.0.0.1:{ADMIN}",
    ),
    controller=CONTROLLER,
    says_read=b"the cluster is read",
)


class Controller:
    """A program that runs."""

    def __init__(self, program: Program, *, pid: int, log: IO[bytes]) -> None:
        self.program = program
        self.pid = pid
        self._log = log
        self._began = time.time()
        self._busy = busy_seconds()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    async def started(self, last: str) -> Start:
        """Wait until a host is served."""
        await until(self._listens)
        listening = time.time() - self._began
        await until(lambda: self._serves(last))
        served = time.time() - self._began
        machine_cpu = busy_seconds() - self._busy
        workers = children(self.pid)
        cpu = cpu_seconds(self.pid)
        workers_cpu = sum(map(cpu_seconds, workers))
        await asyncio.sleep(REST)
        return Start(
            listening=listening,
            read=self._read(),
            served=served,
            control_cpu=cpu - workers_cpu,
            workers_cpu=workers_cpu,
            machine_cpu=machine_cpu,
            control_memory=memory(self.pid) / 2**20,
            workers_memory=sum(map(memory, workers)) / 2**20,
        )

    def _read(self) -> float:
        """Return when it said that the cluster is read, nan where it says no such thing."""
        if self.program.says_read is None:
            return math.nan
        self._log.seek(0)
        line = next(line for line in self._log if self.program.says_read in line)
        stamp = line[:_STAMP].decode().removesuffix("Z")
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp() - self._began

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", HTTP)
        except OSError:
            return False
        writer.close()
        return True

    async def _serves(self, name: str) -> bool:
        return await self.answer(name) is not None

    async def answer(self, name: str) -> str | None:
        """Return the address of the pod that answered, ``None`` where none did."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", HTTP)
        except OSError:
            return None
        writer.write(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        try:
            text = (await reader.read()).decode()
        except OSError:
            return None
        finally:
            writer.close()
        ok = text.startswith("HTTP/1.1 200 ")
        return text.rpartition("\r\n\r\n")[2] if ok else None

    async def certificate(self, name: str) -> bytes | None:
        """Return the certificate that SNI gets."""
        _, writer = await asyncio.open_connection(
            "127.0.0.1", HTTPS, ssl=self._tls, server_hostname=name
        )
        found: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return found


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[Controller]:
    """Run it while the block runs, in an environment as bare as a pod's.

    As in the image, there is no bundle of authorities, which every import of aiohttp would read.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["SSL_CERT_FILE"] = os.devnull
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *program.command, stdout=log, stderr=log, env=environment
        )
        try:
            yield Controller(program, pid=process.pid, log=log)
        finally:
            process.terminate()
            await process.wait()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, with a deadline; who takes long is asked less often.

    To answer costs it something too.
    """
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(PAUSE * max(1.0, time.monotonic() - began))
