"""The endurance run of benchmarks, for 20 seconds; `python -m benchmarks.endurance` takes ten
minutes (must show of issue C).
"""

import subprocess
import sys
from pathlib import Path

from e2e.running import ROOT

from benchmarks.endurance.account import Endurance


def test_only_what_killed_workers_held_may_fail(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.endurance", "--seconds", "20"]
    done = subprocess.run(
        [*command, "--kill-every", "5", "--out", tmp_path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    it = Endurance.from_json((tmp_path / "endurance.json").read_text())
    assert not it.failed
    assert it.kills >= 2
    assert it.on_killed <= it.held
    assert it.rolls >= 3
    assert it.changes > it.generations > 10
    for scheme in ("http", "https"):
        for kind in ("kept", "new", "upload", "WebSocket", "WebSocket message"):
            assert it.done[f"{scheme} {kind}"], kind
