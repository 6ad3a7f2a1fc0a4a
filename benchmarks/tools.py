"""Where the programs come from: PATH, Debian packages below .cache/, the pinned venv, or Go."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from scripts.gobuild import Module, build, find_go

CACHE = Path(__file__).resolve().parent.parent / ".cache"
UNPACKED = CACHE / "debian"
PINNED = CACHE / "benchmarks" / "bin"
BUILT = CACHE / "built"
# With the libraries that a machine may lack.
PACKAGES = (
    *("nginx", "wrk", "libluajit-5.1-2"),
    *("haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"),
)
_TRAEFIK = Module(Path(__file__).parent / "traefik", "github.com/traefik/traefik/v3")
_NUMBER = re.compile(r"(?<![\w.])v?(\d+\.\d+[\w.+~-]*)")
_WHAT_VERSION = {"caddy": "version", "py-spy": "--version", "envoy": "--version"}


class ToolMissingError(Exception):
    """A program could not be found or fetched; the message says what to do."""


def find(name: str) -> Path:
    """Return a program's path; fetches or builds it where it is not installed."""
    if name == "traefik":
        return _traefik()
    if found := _there(name):
        return found
    if _fetched() == PACKAGES:
        raise ToolMissingError(f"{name} is in none of the packages {', '.join(PACKAGES)}")
    _fetch()
    return find(name)


def _there(name: str) -> Path | None:
    folders = (PINNED, UNPACKED / "usr/sbin", UNPACKED / "usr/bin")
    for program in (folder / name for folder in folders):
        if program.exists():
            return program
    path = f"{os.environ['PATH']}:/usr/sbin"
    return Path(found) if (found := shutil.which(name, path=path)) else None


def environment() -> dict[str, str]:
    """Return the environment in which unpacked programs find their libraries."""
    libraries = sorted(str(path) for path in UNPACKED.glob("usr/lib/*-linux-*"))
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)} if libraries else {**os.environ}


def version(name: str) -> str:
    """Return the version that a program says it has."""
    if name == "traefik":
        return _TRAEFIK.version
    done = subprocess.run(
        [find(name), _WHAT_VERSION.get(name, "-v")],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    # Envoy's own path comes first, and may hold a number.
    line = (done.stdout.strip() or done.stderr).splitlines()[0]
    *_, last = _NUMBER.finditer(line)
    return last[1]


def _traefik() -> Path:
    """Return what is compiled once for each version: minutes, and gigabytes in Go's caches."""
    program = BUILT / f"traefik-{_TRAEFIK.version}"
    if not program.exists():
        go = find_go(_TRAEFIK.folder / "go.mod", cache=CACHE)
        package = f"{_TRAEFIK.path}/cmd/traefik"
        build(package, folder=_TRAEFIK.folder, into=program, go=go)
    return program


def _fetched() -> tuple[str, ...]:
    """Return the packages that the folder holds."""
    stamp = UNPACKED / "packages"
    return tuple(stamp.read_text().split()) if stamp.exists() else ()


def _fetch() -> None:
    """Unpack Debian's packages without installing them: no root, no service that starts."""
    if shutil.which("apt-get") is None:
        raise ToolMissingError("install nginx, haproxy and wrk; there is no apt-get to fetch them")
    folder = CACHE / "debian-packages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ["apt-get", "download", "--quiet=2", *PACKAGES]
    # Root would hand the download to a user who may not write here, and be warned of it.
    command += ["--option=APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    if subprocess.run(command, cwd=folder, check=False).returncode:
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False)
        if subprocess.run(command, cwd=folder, check=False).returncode:
            raise ToolMissingError(
                "apt-get could not download nginx, haproxy and wrk; install them"
            )
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, UNPACKED], check=True)
    (UNPACKED / "packages").write_text(" ".join(PACKAGES))
