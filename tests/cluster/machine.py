"""What this machine allows: which tier can run here, and why the other cannot.

python -m cluster.machine       prints the stages to make, and on stderr the reasons
"""

import os
import shutil
import subprocess
import sys
from functools import cache

_CONTROL_TIER = ("unshare", "nsenter", "ip", "curl")


@cache
def no_control_tier() -> str | None:
    """Return why the control tier cannot run here, or None."""
    if lacking := _lacking(_CONTROL_TIER):
        return f"the control tier needs {lacking}"
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    if refused := _refused(*user, "--net", "--pid", "--mount"):
        return f"the control tier needs namespaces of its own: {refused}"
    return None


def _lacking(commands: tuple[str, ...]) -> str:
    return ", ".join(command for command in commands if shutil.which(command) is None)


def _refused(*kinds: str) -> str:
    """Return what is said against namespaces of these kinds, or nothing."""
    words = ["unshare", *kinds, "--fork", "--mount-proc", "true"]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def main() -> None:
    """Print the stages that can run here."""
    if reason := no_control_tier():
        print(f"Left out: {reason}", file=sys.stderr)
    else:
        print("control")


if __name__ == "__main__":
    main()
