"""Where the programs come from: PATH, Debian packages below .cache/, or the pinned venv."""

import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache"
UNPACKED = CACHE / "debian"
PINNED = CACHE / "benchmarks" / "bin"
PACKAGES = ("nginx", "wrk", "libluajit-5.1-2")


class ToolMissingError(Exception):
    """A program could not be found or fetched; the message says what to do."""


def find(name: str) -> Path:
    """Return a program's path; fetches nginx and wrk where they are not installed."""
    if (pinned := PINNED / name).exists():
        return pinned
    for folder in ("usr/sbin", "usr/bin"):
        if (unpacked := UNPACKED / folder / name).exists():
            return unpacked
    if installed := shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin"):
        return Path(installed)
    if UNPACKED.exists():
        raise ToolMissingError(f"{name} is in none of the packages {', '.join(PACKAGES)}")
    _fetch()
    return find(name)


def environment() -> dict[str, str]:
    """Return the environment in which unpacked programs find their libraries."""
    libraries = sorted(str(path) for path in UNPACKED.glob("usr/lib/*-linux-*"))
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)} if libraries else {**os.environ}


def version(name: str) -> str:
    """Return the first line of what a program says of its version."""
    flag = {"caddy": "version", "py-spy": "--version"}.get(name, "-v")
    done = subprocess.run(
        [find(name), flag], env=environment(), capture_output=True, text=True, check=False
    )
    return (done.stdout or done.stderr).splitlines()[0].strip()


def _fetch() -> None:
    """Unpack Debian's packages without installing them: no root, no service that starts."""
    if shutil.which("apt-get") is None:
        raise ToolMissingError("install nginx and wrk; there is no apt-get to fetch them with")
    folder = CACHE / "debian-packages"
    folder.mkdir(parents=True, exist_ok=True)
    command = ["apt-get", "download", "--quiet=2", *PACKAGES]
    # Root would hand the download to a user who may not write here, and be warned of it.
    command += ["--option=APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    if subprocess.run(command, cwd=folder, check=False).returncode:
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False)
        if subprocess.run(command, cwd=folder, check=False).returncode:
            raise ToolMissingError("apt-get could not download nginx and wrk; install them")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, UNPACKED], check=True)
