"""A program that runs inside the namespaces until it is stopped, or they end."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cluster.namespaces import Namespaces, child_of


class Daemon:
    """One program, its log, and its life; it can be stopped and started again."""

    def __init__(
        self,
        inside: Namespaces,
        name: str,
        *words: str | Path,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.name = name
        self.log = inside.folder / f"{name}.log"
        self._inside = inside
        self._command = inside.command(*words, env=env, cwd=inside.folder)
        self._more = more
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it; its output is appended to its log."""
        with self.log.open("ab") as log:
            self._process = self._inside.start(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._more
            )

    @property
    def pid(self) -> int:
        """Its process, as numbered outside: nsenter's only child."""
        return child_of(self._running().pid)

    def check(self) -> None:
        """Raise if it has ended, with the end of its log."""
        if (code := self._running().poll()) is not None:
            end = self.log.read_text(errors="replace")[-3000:]
            raise RuntimeError(f"{self.name} ended with {code}:\n{end}")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float = 60.0) -> int:
        """End it by a signal, and return its exit code, once it has ended."""
        self.check()
        self.send(number)
        return self._running().wait(timeout=within)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process
