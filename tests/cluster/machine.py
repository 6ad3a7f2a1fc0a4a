"""What this machine allows: which tier can run here, and why the other cannot.

python -m cluster.machine       prints the stages to make, and on stderr the reasons
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_CONTROL_TIER = ("unshare", "nsenter", "ip", "curl")
_NODE_TIER = ("runc", "nft")


@cache
def no_control_tier() -> str | None:
    """Return why the control tier cannot run here, or None."""
    if lacking := _lacking(_CONTROL_TIER):
        return f"the control tier needs {lacking}"
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    if refused := _refused(*user, "--net", "--pid", "--mount"):
        return f"the control tier needs namespaces of its own: {refused}"
    return None


@cache
def no_node_tier() -> str | None:
    """Return why the node tier cannot run here, or None."""
    if reason := no_control_tier() or _forbidden():
        return reason
    if lacking := _lacking(_NODE_TIER) or ("" if cni() else "the network plugin ptp"):
        return f"the node tier needs {lacking}"
    return None


def cni() -> Path | None:
    """Return the folder of network plugins: where Debian has them, or where their makers do."""
    folders = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
    return next((folder for folder in folders if (folder / "ptp").exists()), None)


def _forbidden() -> str | None:
    """Return what stands against a node here that no package could mend, or None."""
    if os.geteuid() != 0:
        return "the node tier needs root"
    if platform.machine() not in {"x86_64", "aarch64"}:
        return f"the node tier knows no images for {platform.machine()}"
    if not Path("/sys/fs/cgroup/cpuset").is_dir() or not all(map(Path.is_dir, cgroups())):
        return "the node tier needs cgroup v1 hierarchies below /sys/fs/cgroup"
    if refused := _refused("--net", "--pid", "--mount", "--cgroup", "--uts", "--ipc"):
        return f"the node tier needs namespaces of its own: {refused}"
    folder = tempfile.gettempdir()
    if "overlay" in _printed("stat", "--file-system", "--format=%T", folder):
        return f"the node tier cannot lay overlays on that of {folder}; set TMPDIR"
    return None


def cgroups() -> list[Path]:
    """Return the folders of our own group, one for each cgroup v1 hierarchy, and v2's if mixed."""
    found = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        name = re.sub(r"^name=", "", controllers) or "unified"
        found.append(Path("/sys/fs/cgroup", name, path.lstrip("/")))
    return found


def _lacking(commands: tuple[str, ...]) -> str:
    return ", ".join(command for command in commands if shutil.which(command) is None)


def _printed(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def _refused(*kinds: str) -> str:
    """Return what is said against namespaces of these kinds, or nothing."""
    words = ["unshare", *kinds, "--fork", "--mount-proc", "true"]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def main() -> None:
    """Print the stages that can run here, once what they lack is installed."""
    node = no_node_tier()
    if node and not no_control_tier() and not _forbidden() and shutil.which("apt-get"):
        node = None
    for stage, reason in {"control": no_control_tier(), "node": node}.items():
        if reason:
            print(f"Left out: {reason}", file=sys.stderr)
        else:
            print(stage)


if __name__ == "__main__":
    main()
