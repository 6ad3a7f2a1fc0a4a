"""Namespaces end together, and leave nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cluster.daemon import Daemon
from cluster.machine import no_control_tier
from cluster.namespaces import namespaces
from cluster.waiting import until

pytestmark = pytest.mark.skipif(no_control_tier() is not None, reason=str(no_control_tier()))

HOLD = """
import sys
from cluster.daemon import Daemon
from cluster.namespaces import namespaces
with namespaces() as inside:
    print(inside.pid, Daemon(inside, "sleep", "sleep", "600").pid, inside.folder, flush=True)
    sys.stdin.read()
"""


def test_a_network_without_a_way_out():
    with namespaces() as inside:
        assert inside.run("ip", "-brief", "address").stdout.split()[:2] == ["lo", "UNKNOWN"]
        assert inside.run("ip", "route").stdout == ""


def test_processes_of_their_own():
    with namespaces() as inside:
        first = ("cat", "/proc/1/comm")
        until(lambda: inside.run(*first).stdout == "cat\n", "process 1 is cat")
        assert inside.run("sh", "-c", "echo $NAME; pwd", env={"NAME": "value"}, cwd="/").stdout == (
            "value\n/\n"
        )


def test_a_command_that_fails_shows_what_it_said():
    with namespaces() as inside:
        with pytest.raises(RuntimeError, match=r"exit 3\nwhy\n"):
            inside.run("sh", "-c", "echo why; exit 3")
        assert inside.run("false", check=False).returncode == 1


def test_no_proxy_of_ours_is_asked():
    script = "from cluster.namespaces import environment; print(environment())"
    env = {**os.environ, "PYTHONPATH": "tests", "HTTPS_PROXY": "http://proxy.invalid"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert "PYTHONPATH" in done.stdout
    assert "proxy.invalid" not in done.stdout


def test_a_daemon_stops_and_starts():
    with namespaces() as inside:
        daemon = Daemon(inside, "sleep", "sleep", "600")
        first = daemon.pid
        assert daemon.stop() == -signal.SIGTERM
        daemon.start()
        assert daemon.pid != first
        daemon.check()


def test_a_daemon_that_ended_shows_its_log():
    with namespaces() as inside:
        daemon = Daemon(inside, "brief", "sh", "-c", "echo I am off; exit 7")
        with pytest.raises(RuntimeError, match=r"brief ended with 7:\nI am off"):
            until(daemon.check, "the end")


@pytest.mark.parametrize("ending", [None, signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_however_it_ends(ending):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, "PYTHONPATH": "tests:."},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        first, daemon, folder = holder.stdout.readline().split()
        assert Path(folder).is_dir()
        if ending:
            holder.send_signal(ending)
        holder.stdin.close()
        holder.wait(timeout=30)
    for trace in (Path("/proc", first), Path("/proc", daemon), Path(folder)):
        until(lambda trace=trace: not trace.exists(), f"{trace} gone")
    assert folder not in Path("/proc/self/mountinfo").read_text()
