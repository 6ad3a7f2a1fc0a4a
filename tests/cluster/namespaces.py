"""Namespaces that end together: a network, a tree of processes and its mounts.

Their process 1 is a `cat` that reads a pipe which only we can write to. When we let go of the pipe,
whether at the end of the block or because somebody killed us, `cat` ends, the kernel kills every
process that is inside, and the mounts and the network go with the last of them. The shell that
waits for this outside, the keeper, then removes the folder. So nothing has to be remembered, and
nothing stays behind.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster.waiting import until

# $1: the folder to remove; the rest: what makes the namespaces. `find` takes cgroups away, which
# are folders that cannot be emptied, only removed.
_KEEPER = """
folder=$1; shift
"$@" sh -c 'echo up; exec env --ignore-signal=CHLD cat >/dev/null'
if [ -s "$folder/cgroups" ]; then
    while read -r group; do
        [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} +
    done <"$folder/cgroups"
fi
rm -rf -- "$folder"
"""
# Process 1 ignores SIGCHLD, so that the kernel reaps orphans for it.

KINDS = ("net", "pid", "mount")


class Namespaces:
    """Namespaces that are there, and the folder that goes with them."""

    def __init__(self, pid: int, folder: Path, kinds: Sequence[str]) -> None:
        self.pid = pid
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self._enter = ["nsenter", f"--target={pid}", *user, *(f"--{kind}" for kind in kinds)]

    def command(
        self, *words: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> list[str]:
        """Return the command that runs the words inside, for whoever starts processes."""
        variables = [f"{name}={value}" for name, value in (env or {}).items()]
        chdir = f"--chdir={cwd or Path.cwd()}"
        return [*self._enter, "--", "env", chdir, *variables, *map(str, words)]

    def start(self, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start what ``command`` returned; it ends with the namespaces at the latest."""
        process = subprocess.Popen(command, env=environment(), **more)
        self.started.append(process)
        return process

    def run(
        self,
        *words: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        check: bool = True,
        timeout: float = 60.0,
        **more: Any,
    ) -> subprocess.CompletedProcess[str]:
        """Run one command inside to its end; if it fails, the error shows what it printed."""
        done = subprocess.run(
            self.command(*words, env=env, cwd=cwd),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **more,
        )
        if check and done.returncode:
            said = f"{done.stdout}{done.stderr}"
            raise RuntimeError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{said}")
        return done


def environment() -> dict[str, str]:
    """Return ours without proxies: there is no way out, and nothing inside needs one."""
    return {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}


@contextmanager
def namespaces(*more: str, within: Path | None = None) -> Iterator[Namespaces]:
    """Make network, process and mount namespaces, with loopback up; ``more`` names other kinds."""
    kinds = (*KINDS, *more)
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    folder = Path(tempfile.mkdtemp(prefix="aiohttp-ingress-", dir=within))
    unshare = ["unshare", *user, *(f"--{kind}" for kind in kinds)]
    with subprocess.Popen(
        ["sh", "-c", _KEEPER, "keeper", folder, *unshare, "--fork", "--kill-child", "--mount-proc"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # an interrupt is for us; the keeper notices when we are gone
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        if not keeper.stdout.readline():
            raise RuntimeError(keeper.stderr.read().decode())
        inside = Namespaces(child_of(child_of(keeper.pid)), folder, kinds)
        try:
            inside.run("ip", "link", "set", "lo", "up")
            yield inside
        finally:
            keeper.stdin.close()
            for process in (keeper, *inside.started):
                process.wait(timeout=30)


def child_of(pid: int) -> int:
    """Return the first child of a process, once it has one."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return int(until(lambda: children.read_text().split(), f"a child of {pid}")[0])
