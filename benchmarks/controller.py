"""``ingress run`` in a cluster, looked at from outside: its answers, and what its start takes."""

import asyncio
import os
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, NamedTuple

from benchmarks.processes import children, cpu_seconds, memory

HTTP, HTTPS, ADMIN = 18080, 18443, 19090
PATIENCE: Final = 60.0
PAUSE: Final = 0.001
REST: Final = 1.0  # before memory is looked at: what a start needs for a moment is no measure

_KEPT: Final = ("PATH", "HOME", "KUBECONFIG")
_STAMP: Final = len("2026-01-01T00:00:00.000Z")


class Start(NamedTuple):
    """A start, in seconds since its begin: what was reached when; CPU seconds by then, MB at rest.

    ``listening`` is when clients may connect, ``read`` when the last list is in, ``served`` when
    the last host is. The rest is the control process's and the workers'.
    """

    listening: float
    read: float
    served: float
    control_cpu: float
    workers_cpu: float
    control_memory: float
    workers_memory: float


def table(starts: Sequence[Start]) -> str:
    """Return the medians, in words."""
    it = Start(*(statistics.median(each) for each in zip(*starts, strict=True)))
    cpu, size = it.control_cpu + it.workers_cpu, it.control_memory + it.workers_memory
    return (
        f"start to the last host: {it.served:.2f} s"
        f" (listening after {it.listening:.2f} s, the cluster read after {it.read:.2f} s),"
        f" CPU {cpu:.2f} s (control process {it.control_cpu:.2f}, workers {it.workers_cpu:.2f}),"
        f" memory {size:.0f} MB ({it.control_memory:.0f} and {it.workers_memory:.0f})"
    )


class Controller:
    """A running ``ingress run``."""

    def __init__(self, pid: int, log: IO[bytes]) -> None:
        self.pid = pid
        self._log = log
        self._began = time.time()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    async def started(self, last: str) -> Start:
        """Wait until a host is served."""
        await until(self._listens)
        listening = time.time() - self._began
        await until(lambda: self._serves(last))
        served = time.time() - self._began
        workers = children(self.pid)
        cpu = cpu_seconds(self.pid)
        workers_cpu = sum(map(cpu_seconds, workers))
        await asyncio.sleep(REST)
        return Start(
            listening=listening,
            read=self._read() - self._began,
            served=served,
            control_cpu=cpu - workers_cpu,
            workers_cpu=workers_cpu,
            control_memory=memory(self.pid) / 2**20,
            workers_memory=sum(map(memory, workers)) / 2**20,
        )

    def _read(self) -> float:
        """Return when it said that the cluster is read: seconds since the epoch."""
        self._log.seek(0)
        line = next(line for line in self._log if b"the cluster is read" in line)
        stamp = line[:_STAMP].decode().removesuffix("Z")
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()

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
async def running() -> AsyncIterator[Controller]:
    """Run it while the block runs, in an environment as bare as a pod's.

    As in the image, there is no bundle of authorities, which every import of aiohttp would read.
    """
    ingress = Path(sys.executable).with_name("ingress")
    listeners = (
        f"--http=127.0.0.1:{HTTP}",
        f"--https=127.0.0.1:{HTTPS}",
        f"--admin=127.0.0.1:{ADMIN}",
    )
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["SSL_CERT_FILE"] = os.devnull
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            ingress, "run", "--access-log=off", *listeners, stdout=log, stderr=log, env=environment
        )
        try:
            yield Controller(process.pid, log)
        finally:
            process.terminate()
            await process.wait()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(PAUSE)
