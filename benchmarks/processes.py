"""Processes that we start, measure and end; ports that were free."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")
START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on; all differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


@contextmanager
def running(
    command: Sequence[str | Path], *, env: dict[str, str], log: Path, ports: Sequence[int]
) -> Iterator[int]:
    """Run a program until the block ends, and give its pid once it listens on its ports.

    Raises RuntimeError with the end of its log where it stops or does not listen in 60 s.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _await_ports(process, ports=ports, log=log)
            yield process.pid
        finally:
            _stop(process)


class CpuTime(NamedTuple):
    """Seconds of a process and of its children, ended ones included."""

    user: float
    kernel: float


def cpu_time(pid: int) -> CpuTime:
    """Return what a process and its children have used so far."""
    ticks = [_ticks(member) for member in [pid, *children(pid)]]
    return CpuTime(*(sum(each) / _TICK for each in zip(*ticks, strict=True)))


def cpu_seconds(pid: int) -> float:
    """Return both times of a process and of its children in one."""
    return sum(cpu_time(pid))


def busy_seconds() -> float:
    """Return the CPU seconds that all processes of the machine have used so far (proc(5), stat)."""
    of_all_cores, _, _ = Path("/proc/stat").read_text().partition("\n")
    user, nice, system, _, _, interrupts, soft = map(int, of_all_cores.split()[1:8])
    return (user + nice + system + interrupts + soft) / _TICK


def memory(pid: int) -> int:
    """Return a process's own bytes and its share of those that it shares (Pss)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    (kilobytes,) = (line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(kilobytes) * 1024


def children(pid: int) -> list[int]:
    """Return the pids of all descendants."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            parents.setdefault(int(_fields(stat)[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        below = parents.get(queue.pop(), [])
        found += below
        queue += below
    return found


def _ticks(pid: int) -> tuple[int, int]:
    """Return user and system time, a process's own and those of the children it has waited for.

    proc(5), fields 14 to 17: utime, stime, cutime, cstime. A child that goes away meanwhile is in
    its parent's next figures.
    """
    try:
        fields = _fields(Path(f"/proc/{pid}/stat"))
    except FileNotFoundError:
        return 0, 0
    user, system, user_of_children, system_of_children = map(int, fields[11:15])
    return user + user_of_children, system + system_of_children


def _fields(stat: Path) -> list[str]:
    """Return the fields from the third on; the second is a name that may hold anything."""
    return stat.read_text().rpartition(") ")[2].split()


def _await_ports(process: subprocess.Popen[bytes], *, ports: Sequence[int], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    waiting = list(ports)
    while waiting:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not listen:\n{log.read_text()[-2000:]}")
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", waiting[0]), timeout=1).close()
            waiting.pop(0)
            continue
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
