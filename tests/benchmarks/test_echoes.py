import subprocess
import sys
from pathlib import Path

from benchmarks.echoes import serving
from benchmarks.load import read
from benchmarks.processes import free_ports

ROOT = Path(__file__).parents[2]


def load(port):
    command = [sys.executable, "-m", "benchmarks.echoes", str(port), "/echo", "0.2"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    return read(done.stdout + done.stderr)


def test_messages_come_back(tmp_path):
    with serving(tmp_path) as port:
        seen = load(port)
    assert seen.requests > 0
    assert seen.failed == 0


def test_each_connection_that_cannot_be_made_is_a_failure():
    seen = load(free_ports(1)[0])
    assert seen.requests == seen.failed == 64
