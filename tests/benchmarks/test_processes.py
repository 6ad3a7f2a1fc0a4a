import os
import subprocess
import sys
import time

import pytest

from benchmarks.processes import busy_seconds, children, cpu_seconds, cpu_time, free_ports, running

LISTEN = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"


def test_free_ports_differ():
    assert len(set(free_ports(20))) == 20


def test_a_program_runs_until_the_block_ends(tmp_path):
    (port,) = free_ports(1)
    command = [sys.executable, "-c", LISTEN.format(port=port)]
    with running(command, env={**os.environ}, log=tmp_path / "log", ports=[port]) as pid:
        assert cpu_seconds(pid) >= 0
        assert pid in children(os.getpid())
    assert pid not in children(os.getpid())


def test_a_program_that_ends_at_once_shows_its_log(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no such flag')"]
    with (
        pytest.raises(RuntimeError, match="no such flag"),
        running(command, env={**os.environ}, log=tmp_path / "log", ports=free_ports(1)),
    ):
        pass


def test_the_time_of_children_counts():
    spin = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    command = f'{sys.executable} -c "{spin}\ninput()"; true'
    with subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.PIPE) as shell:
        deadline = time.monotonic() + 20
        while cpu_seconds(shell.pid) < 0.25:  # the kernel counts in ticks, and rounds down
            assert time.monotonic() < deadline
            time.sleep(0.01)
        shell.communicate(b"\n")


def test_the_time_in_the_kernel_is_told_apart():
    copy = "import os; f = os.open('/dev/zero', 0)\nwhile True: os.read(f, 4_000_000)"
    with subprocess.Popen([sys.executable, "-c", copy]) as reader:
        deadline = time.monotonic() + 20
        while sum(spent := cpu_time(reader.pid)) < 0.5:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        reader.kill()
    assert spent.kernel > spent.user


def test_what_any_process_uses_the_machine_does():
    before, began = busy_seconds(), time.process_time()
    while time.process_time() < began + 0.2:
        pass
    assert 0.1 < busy_seconds() - before < 60
