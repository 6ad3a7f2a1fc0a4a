"""Runs the console blocks of Markdown files and holds what they print against what is written.

    python scripts/console.py README.md docs/*.md            compare; exit 1 on a difference
    python scripts/console.py --update README.md             rewrite what differs

A line that begins with `$ ` is a command; the lines below it are its output, in which `…` stands
for anything and a line of its own `…` for any lines. `ingress run` and `make run` are left
running, once they are ready, until the next one or the end of the file. All of it happens in a
network namespace of its own (so that ports 8080, 8443 and 9090 are free, and nothing outside
this machine can be reached) with a copy of /etc/hosts and of the examples.
"""

import argparse
import ctypes
import fcntl
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
READY = "http://127.0.0.1:9090/readyz"
DEADLINE = 60.0
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STAYS = re.compile(r"^(ingress|make|\S*/ingress) run\b")


@dataclass
class Step:
    """One command and the output lines written below it."""

    command: str
    output: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Write the step as a console block has it."""
        return "".join(f"{line}\n" for line in [f"$ {self.command}", *self.output])


def steps(block: str) -> list[Step]:
    """Split a console block into its commands; a trailing backslash continues a command."""
    found: list[Step] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:]))
        elif found and found[-1].command.endswith("\\") and not found[-1].output:
            found[-1].command += f"\n{line}"
        elif found:
            found[-1].output.append(line)
    return found


def matches(written: list[str], printed: list[str]) -> bool:
    """Tell whether the printed lines are what is written, `…` standing for anything."""
    parts = [
        r"(?:.*\n)*?"
        if line.strip() == "…"
        else r".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in written
    ]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in printed)) is not None


class Terminal:
    """Runs commands one after the other, and keeps at most one server running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: subprocess.Popen[str] | None = None
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"}

    def run(self, command: str) -> list[str]:
        """Run one command; return what it printed, or raise if it failed."""
        if _STAYS.match(command):
            return self.start(command)
        shell = f'sudo() {{ "$@"; }}; export -f sudo\n{command}'
        done = subprocess.run(
            ["bash", "-c", shell],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        lines = [line.rstrip() for line in done.stdout.splitlines()]
        return [*lines, f"[exit {done.returncode}]"] if done.returncode else lines

    def start(self, command: str) -> list[str]:
        """Start a server, wait until it is ready, and return what it has printed by then."""
        self.stop()
        log = self.folder / "server.log"
        with log.open("w") as output:
            self.server = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=output,
                text=True,
            )
        end = time.monotonic() + DEADLINE
        while not is_ready():
            if self.server.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{command}: not ready\n{log.read_text()}")
            time.sleep(0.05)
        return [line.rstrip() for line in log.read_text().splitlines()]

    def stop(self) -> None:
        """End the server as Ctrl-C does."""
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(timeout=DEADLINE)
            self.server = None


def is_ready() -> bool:
    """Ask the admin address."""
    try:
        with urlopen(READY, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def terminal() -> Iterator[Terminal]:
    """Open a terminal in a folder that holds a copy of what a checkout holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples")
        opened = Terminal(folder)
        try:
            yield opened
        finally:
            opened.stop()


def play(file: Path, *, update: bool) -> list[str]:
    """Run a file's blocks; return the differences, after rewriting them if asked."""
    differences: list[str] = []
    text = file.read_text()

    with terminal() as opened:

        def replay(block: re.Match[str]) -> str:
            played = steps(block[1])
            for step in played:
                printed = opened.run(step.command)
                if not matches(step.output, printed):
                    differences.append(f"{file}: {step.command}\n" + "\n".join(printed))
                    step.output = printed
            return "```console\n" + "".join(step.text() for step in played) + "```"

        rewritten = _BLOCK.sub(replay, text)
    if update and rewritten != text:
        file.write_text(rewritten)
    return differences


def enter_namespace() -> None:
    """Start this script again in network and mount namespaces of its own, once."""
    if os.environ.get("CONSOLE_NAMESPACE"):
        return
    unshare = ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    os.environ["CONSOLE_NAMESPACE"] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])  # noqa: S606 - itself again


def furnish_namespace() -> None:
    """Bring loopback up, and lay a copy over /etc/hosts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sH14s", b"lo", 0x1 | 0x40, b"")
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS
    with tempfile.NamedTemporaryFile("w", delete=False) as hosts:
        hosts.write("127.0.0.1 localhost\n")
    Path(hosts.name).chmod(0o644)
    bind = 4096  # MS_BIND
    if ctypes.CDLL(None).mount(hosts.name.encode(), b"/etc/hosts", None, bind, None):
        raise SystemExit("cannot lay a copy over /etc/hosts")


def main() -> int:
    """Run what the arguments name; exit 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="rewrite what differs")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    enter_namespace()
    furnish_namespace()
    differences = [d for file in arguments.files for d in play(file, update=arguments.update)]
    for difference in differences:
        print(difference, end="\n\n")
    return 1 if differences and not arguments.update else 0


if __name__ == "__main__":
    raise SystemExit(main())
