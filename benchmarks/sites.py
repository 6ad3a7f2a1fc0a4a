"""What every proxy under comparison is told to serve, and what is known of one that runs."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ingress.issuer.authority import Authority, new_authority

HOSTS = tuple(f"host-{number:04}.example.com" for number in range(1000))
"""Served on both listeners, every path by the upstream."""

SECURE = tuple(f"secure-{number:03}.example.com" for number in range(100))
"""Plain requests for these are redirected to HTTPS."""

NOWHERE = tuple(f"nowhere-{number:03}.example.com" for number in range(100))
"""No proxy knows these: they answer 404 themselves."""

IDLE = 320
"""Idle connections that each keeps to the upstream."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A folder of its own, the upstream's port, and a key pair in PEM files."""

    folder: Path
    upstream: int
    certificate: Path
    key: Path
    log: bool

    def pem(self) -> Path:
        """Write the pair into one file."""
        file = self.folder / "pair.pem"
        file.touch(mode=0o600)
        file.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())
        return file


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that runs; ``change`` makes it serve one host more, in place of the one before."""

    name: str
    version: str
    pid: int
    http: int
    https: int
    change: Callable[[str], None]


Start = Callable[[Site], AbstractContextManager[Proxy]]
FIRST_CHANGE = "change-0.example.com"


def replace(file: Path, text: str) -> None:
    """Put a new version where the old one was, as `mv` does."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text)
    new.replace(file)


def key_pair(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost and all hosts, and its key; return the two files."""
    now = time.time()
    pair = Authority(new_authority(now=now), now=now).issue(["localhost", "*.example.com"])
    certificate, key = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(pair.certificate)
    key.touch(mode=0o600)
    key.write_bytes(pair.key.reveal())
    return certificate, key
