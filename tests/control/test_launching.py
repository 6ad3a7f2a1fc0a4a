import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from control.crew import is_alive

import ingress
from ingress.control.launching import launch

LAUNCH = """
from ingress.control.launching import launch

worker = launch([])
worker.socket.close()
print(worker.popen.wait(20))
"""


def test_it_ends_with_our_end_of_its_socket() -> None:
    worker = launch([])
    worker.socket.close()
    assert worker.popen.wait(20) == 0


def test_it_is_ended_at_once_and_once_is_enough() -> None:
    worker = launch([])
    assert is_alive(worker.popen.pid)
    worker.end()
    assert not is_alive(worker.popen.pid)
    assert worker.socket.fileno() == -1
    worker.end()


def test_one_that_cannot_be_started_leaves_nothing_open() -> None:
    before = list(Path("/proc/self/fd").iterdir())
    free = socket.socket()
    free.close()
    with pytest.raises((OSError, ValueError)):
        launch([free.fileno()])
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)


def test_nothing_slow_is_imported_for_it() -> None:
    program = "import sys, ingress.control.launching\nprint('asyncio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_what_lies_in_the_working_directory_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit(77)")
    done = subprocess.run(
        [sys.executable, "-P", "-c", LAUNCH],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(ingress.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "0\n", done.stderr
