import subprocess
import sys
from pathlib import Path

from benchmarks.memory import Footprint, Memory

ROOT = Path(__file__).parents[2]


def test_a_few_hosts_are_weighed(tmp_path):
    command = [sys.executable, "-m", "benchmarks.memory", "--hosts", "5", "--proxies", ""]
    done = subprocess.run(
        [*command, "--out", tmp_path], capture_output=True, timeout=100, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    kept = Memory.from_json((tmp_path / "memory.json").read_text())
    assert 1e6 < kept.worker < 1e9
    assert 1e6 < kept.control < 1e9
    assert kept.footprints == {}


def test_everything_measured_is_kept():
    memory = Memory(
        machine={},
        versions={"nginx": "1"},
        hosts=1,
        control=2,
        worker=3,
        connections=4,
        footprints={"nginx": Footprint(start=1, plain=2.5, tls=3.5)},
    )
    assert Memory.from_json(memory.to_json()) == memory
