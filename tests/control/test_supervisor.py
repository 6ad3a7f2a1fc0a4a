"""The whole run, as a user has it: `ingress run -f …` in a process of its own."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from control.process import MANIFEST, Process, is_alive, process, until


class Pod(http.server.BaseHTTPRequestHandler):
    """Answers `pod`; /slow once it may."""

    protocol_version = "HTTP/1.1"
    asked = threading.Event()
    may_answer = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.asked.set()
            self.may_answer.wait(timeout=20)
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"pod")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pod() -> Iterator[int]:
    Pod.asked.clear()
    Pod.may_answer.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pod) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        Pod.may_answer.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, pod: int) -> Path:
    write(tmp_path, pod, "a.test")
    return tmp_path


def write(folder: Path, port: int, *hosts: str) -> None:
    texts = [MANIFEST.format(name=host.replace(".", "-"), host=host, port=port) for host in hosts]
    new = folder / ".new"
    new.write_text("---\n".join(texts))
    new.replace(folder / "web.yaml")


def in_flight(run: Process) -> tuple[threading.Thread, list[tuple[int, str]]]:
    """Send a request that hangs in the pod; return its thread and, later, its answer."""
    answers: list[tuple[int, str]] = []
    thread = threading.Thread(target=lambda: answers.append(run.get("/slow")))
    thread.start()
    assert Pod.asked.wait(timeout=20)
    return thread, answers


def test_the_whole_life(folder: Path, pod: int) -> None:
    with process("-f", str(folder)) as run:
        assert run.get("/") == (200, "pod")
        assert run.get("/", host="b.test")[0] == 404
        assert run.get("/readyz", on="admin")[0] == 200

        write(folder, pod, "a.test", "b.test")
        until(lambda: run.get("/", host="b.test") == (200, "pod"), "the new host", within=1.0)
        write(folder, pod, "b.test")
        until(lambda: run.get("/")[0] == 404, "the host that is gone", within=1.0)

        members = run.members()
        begun = time.monotonic()
        run.signal(signal.SIGTERM)
        assert run.ended() == 0
        assert time.monotonic() - begun < 2
        assert not any(is_alive(pid) for pid in members)


def test_ctrl_c_ends_it_well(folder: Path) -> None:
    with process("-f", str(folder)) as run:
        begun = time.monotonic()
        run.signal(signal.SIGINT)
        assert run.ended() == 0
        assert time.monotonic() - begun < 2


def test_idle_connections_do_not_hold_it_up(folder: Path) -> None:
    with process("-f", str(folder)) as run:
        with socket.create_connection(("127.0.0.1", run.ports["http"])) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            assert idle.recv(1000).startswith(b"HTTP/1.1 200")
            begun = time.monotonic()
            run.signal(signal.SIGTERM)
            assert run.ended() == 0
        assert time.monotonic() - begun < 2


def test_a_drain_finishes_what_is_in_flight_and_takes_nothing_new(folder: Path) -> None:
    with process("-f", str(folder), "--drain-timeout", "15s") as run:
        thread, answers = in_flight(run)
        run.signal(signal.SIGTERM)
        until(lambda: run.get("/readyz", on="admin")[0] == 503, "not ready")
        assert "draining" in run.get("/readyz", on="admin")[1]
        assert run.get("/healthz", on="admin")[0] == 200
        until(lambda: run.get("/")[0] == 0, "nothing new is taken")
        Pod.may_answer.set()
        thread.join(timeout=20)
        assert answers == [(200, "pod")]
        assert run.ended() == 0


def test_a_drain_ends_at_its_timeout(folder: Path) -> None:
    with process("-f", str(folder), "--drain-timeout", "300ms") as run:
        thread, _ = in_flight(run)
        begun = time.monotonic()
        run.signal(signal.SIGTERM)
        assert run.ended() == 0
        assert 0.25 < time.monotonic() - begun < 2
        thread.join(timeout=20)


def test_a_second_ctrl_c_ends_it_at_once(folder: Path) -> None:
    with process("-f", str(folder), "--drain-timeout", "60s") as run:
        thread, _ = in_flight(run)
        run.signal(signal.SIGINT)
        until(lambda: run.get("/readyz", on="admin")[0] == 503, "draining")
        begun = time.monotonic()
        run.signal(signal.SIGINT)
        assert run.ended() == 130
        assert time.monotonic() - begun < 1.5
        thread.join(timeout=20)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_nothing_is_left_of_a_control_process_that_is_killed(folder: Path, workers: str) -> None:
    with process("-f", str(folder), "--workers", workers, "--drain-timeout", "60s") as run:
        members = run.members()
        assert len(members) == 1 + int(workers)
        thread, _ = in_flight(run)
        run.signal(signal.SIGKILL)
        run.ended()
        until(lambda: not any(map(is_alive, members)), "the workers' end", within=5.0)
        thread.join(timeout=20)


def test_ctrl_c_for_the_whole_group_ends_it_well(folder: Path) -> None:
    with process("-f", str(folder), "--workers", "2") as run:
        members = run.members()
        begun = time.monotonic()
        for pid in members:
            os.kill(pid, signal.SIGINT)
        assert run.ended() == 0
        assert time.monotonic() - begun < 2
        assert not any(map(is_alive, members))


def test_sighup_does_no_harm(folder: Path) -> None:
    with process("-f", str(folder)) as run:
        run.signal(signal.SIGHUP)
        assert run.get("/") == (200, "pod")
        assert run.popen.poll() is None


@pytest.mark.parametrize("name", ["http", "https", "admin"])
def test_an_address_in_use_ends_it_with_the_flag_and_the_mend(folder: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = f"127.0.0.1:{holder.getsockname()[1]}"
        given = {"http": "127.0.0.1:0", "https": "127.0.0.1:0", "admin": "127.0.0.1:0", name: taken}
        words = [word for flag, address in given.items() for word in (f"--{flag}", address)]
        command = [sys.executable, "-m", "ingress", "run", "-f", str(folder), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"--{name} {taken}: Address already in use" in done.stderr
    assert f"--{name} 127.0.0.1:0 picks a free one" in done.stderr
    assert "Traceback" not in done.stderr


DYING = """
import asyncio
from ingress.control import supervisor
from ingress.control.premises import premises
from ingress.model.inventory import Inventory
from ingress.runtime import logs, loops
from ingress.settings import ListenAddress, Settings

up = asyncio.Event()

class Source:
    async def inventories(self):
        yield Inventory()
        await up.wait()
        raise RuntimeError("the watch is gone")

    def locate(self, verdict):
        return None

    def reread(self):
        pass

logs.set_up()
any_port = (ListenAddress("127.0.0.1", 0),)
settings = Settings(http=any_port, https=any_port, admin=any_port)

def announce(serving):
    print("up")
    up.set()

with premises(settings) as ours:
    parts = {"premises": ours, "announce": announce, "tell": print}
    code = loops.run(supervisor.supervise(settings, Source(), **parts))
raise SystemExit(code)
"""


def test_a_part_that_dies_ends_the_process_with_a_clear_line() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DYING],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "up\n")
    (line,) = done.stderr.splitlines()
    assert "the controller died, so the process ends" in line
    assert "the watch is gone" in line


ACCOMPANIED = """
import asyncio
import sys
from ingress.control import supervisor
from ingress.control.premises import premises
from ingress.model.inventory import Inventory
from ingress.runtime import logs, loops
from ingress.settings import ListenAddress, Settings

reads_after, supervisor.SOON = map(float, sys.argv[1:])

class Source:
    async def inventories(self):
        await asyncio.sleep(reads_after)
        print("read")
        yield Inventory()
        await asyncio.Event().wait()

    def reread(self):
        pass

class Companion:
    def report(self, build):
        pass

    async def run(self, stop):
        print("accompanied")
        raise RuntimeError("that is all")

logs.set_up()
any_port = (ListenAddress("127.0.0.1", 0),)
settings = Settings(http=any_port, https=any_port, admin=any_port)
with premises(settings) as ours:
    parts = {"premises": ours, "announce": lambda serving: None, "tell": print}
    loops.run(supervisor.supervise(settings, Source(), companions=[Companion()], **parts))
"""


@pytest.mark.parametrize(
    ("reads_after", "soon", "said"),
    [(0.1, 20, "read\naccompanied\n"), (20, 0.1, "accompanied\n")],
)
def test_what_serves_comes_before_those_who_accompany_it_but_not_for_long(
    reads_after: float, soon: float, said: str
) -> None:
    command = [sys.executable, "-c", ACCOMPANIED, str(reads_after), str(soon)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout == said
    assert "the Companion died" in done.stderr


def test_what_serves_comes_first_so_the_admin_address_is_imported_later() -> None:
    program = (
        "import sys, ingress.cli.reporting, ingress.control.supervisor\n"
        "print([it for it in ('aiohttp.web', 'prometheus_client') if it in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_several_addresses_and_ipv6(folder: Path) -> None:
    with process("-f", str(folder), "--http", "127.0.0.1:0", "--http", "[::1]:0") as run:
        until(lambda: any("[::1]:" in line for line in run.said), "the IPv6 listener")
        (line,) = (line for line in run.said if "[::1]:" in line and "http " in line)
        port = int(line.strip().rpartition(":")[2])
        with socket.create_connection(("::1", port), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_the_admin_address_answers(folder: Path) -> None:
    with process("-f", str(folder)) as run:
        assert run.get("/healthz", on="admin") == (200, "ok\n")
        assert "/explain?url=" in run.get("/", on="admin")[1]
        assert run.get("/nowhere", on="admin")[0] == 404
        metrics = run.get("/metrics", on="admin")[1]
        assert "ingress_generation 1.0" in metrics
        assert "process_resident_memory_bytes" in metrics
        assert "a.test" in run.json("/snapshot")["hosts"]
        assert run.json("/verdicts") == []
        said = run.json("/explain?url=http://a.test/x&method=POST&header=A:b&client=192.0.2.1")
        assert (said["status"], said["route"]["ingress"]) == (200, "default/a-test")
        status, text = run.get("/explain?url=http://a.test/&client=me", on="admin")
        assert status == 400
        assert "client=192.0.2.7" in text


def test_the_admin_addresses_verdicts_are_those_of_check(folder: Path) -> None:
    (folder / "bad.yaml").write_text(MANIFEST.format(name="bad", host="-bad-", port=1))
    with process("-f", str(folder)) as run:
        served = run.json("/verdicts")
    command = [sys.executable, "-m", "ingress", "check", "-f", str(folder), "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert json.loads(done.stdout) == served
    assert served[0]["reason"] == "InvalidHost"
