"""Runs the real `ingress run` and the real `curl`, as a person would."""

import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
DEADLINE = 20.0
_LISTENER = re.compile(r"\b(http|https|admin)\b\s+(?:https?://)?127\.0\.0\.1:(\d+)")


def ingress(*args: str | Path, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run one command of the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "ingress", *map(str, args)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=check,
        **more,
    )


def wait_for(question: Callable[[], Any], what: str) -> Any:
    """Ask until the answer is true, or fail by saying what was waited for."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.02)  # between two looks, never in place of one
    raise AssertionError(f"{what}: not within {DEADLINE:g} s")


class Running:
    """One `ingress run`, and the ports that it said it listens on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.ports: dict[str, int] = {}
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            for name, port in _LISTENER.findall(line):
                self.ports.setdefault(name, int(port))

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"ingress run ended: {''.join(self.said)}")
        return {"http", "https", "admin"} <= self.ports.keys() and self.admin("/readyz") is not None

    def admin(self, path: str) -> str | None:
        """GET from the admin address; None unless the answer is 200."""
        try:
            with urlopen(f"http://127.0.0.1:{self.ports['admin']}{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return None

    def verdicts(self) -> list[dict[str, Any]]:
        return list(json.loads(self.admin("/verdicts") or "[]"))

    def reasons(self) -> set[str]:
        return {verdict["reason"] for verdict in self.verdicts()}

    def curl(self, url: str, *args: str) -> "Answer":
        """Run curl; every host resolves to 127.0.0.1, and ports 80 and 443 to the listeners."""
        done = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--max-time", "10", "--include"),
                *("--connect-to", f":80:127.0.0.1:{self.ports['http']}"),
                *("--connect-to", f":443:127.0.0.1:{self.ports['https']}"),
                *args,
                url,
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        if done.returncode:
            raise AssertionError(f"curl {url}: {done.stderr}")
        return Answer(done.stdout)

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=DEADLINE)
        finally:
            self.process.kill()
            self._reader.join(timeout=DEADLINE)
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()


class Answer:
    """What curl printed: a status, headers and a body."""

    def __init__(self, text: str) -> None:
        head, _, self.body = text.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.split("\n")
        self.status = int(first.split()[1])
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}


@contextmanager
def running(*paths: Path, args: tuple[str, ...] = ("--stand-ins",)) -> Iterator[Running]:
    """Serve the manifests on free ports until the block ends; it must then end well."""
    files = [word for path in paths for word in ("-f", str(path))]
    free = [word for name in ("http", "https", "admin") for word in (f"--{name}", "127.0.0.1:0")]
    process = subprocess.Popen(
        [sys.executable, "-m", "ingress", "run", *files, *free, "--access-log", "off", *args],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    served = Running(process)
    try:
        wait_for(served.is_ready, "ready")
        yield served
    finally:
        code = served.stop()
    assert code == 0, "".join(served.said)


def example(name: str, folder: Path) -> Path:
    """Copy an example, so that a test may edit it."""
    return Path(shutil.copytree(EXAMPLES / name, folder / Path(name).name))
