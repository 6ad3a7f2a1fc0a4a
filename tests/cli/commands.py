"""Runs the real command, as a shell would."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
INGRESS = Path(sys.executable).with_name("ingress")
DEADLINE = 30.0


def ingress(
    *args: str | Path, env: dict[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run the installed command to its end, without this process's INGRESS_* variables."""
    clean = {name: value for name, value in os.environ.items() if "INGRESS" not in name}
    return subprocess.run(
        [INGRESS, *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
        env=clean | (env or {}),
        **more,
    )
