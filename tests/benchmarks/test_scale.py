import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_small_scale_is_measured_to_the_end() -> None:
    command = [sys.executable, "-m", "benchmarks.scale", "--ingresses", "20", "--edits", "3"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    for figure in ("cold start to first request", "edit to live, p99", "compile"):
        assert figure in done.stdout
