"""The last good Snapshot on disk, for a start while the API server is away."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, structs

from ingress import __version__
from ingress.model.codec import decode_snapshot, encode_snapshot
from ingress.model.inventory import EMPTY
from ingress.model.snapshot import Snapshot

_NAME: Final = "snapshot"
_FORMAT: Final = 1


class Kept(Struct, frozen=True, kw_only=True):
    """What is known of a file: the first line of it, as JSON; the Snapshot follows.

    ``written`` is in seconds since the epoch, ``sha256`` is of what follows.
    """

    format: int
    version: str
    written: float
    private_keys: bool
    sha256: str


class UnusableError(Exception):
    """A file that is no Snapshot of this version; the message says what is wrong with it."""


class LastGood:
    """One file in a folder; without ``private_keys``, no certificate is written to it."""

    def __init__(self, folder: str | Path, *, private_keys: bool) -> None:
        self._folder = Path(folder)
        self._private_keys = private_keys

    def prepare(self) -> None:
        """Make the folder, for its owner alone; raises OSError where it cannot be written to."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder):
            pass

    def write(self, snapshot: Snapshot, *, now: float) -> None:
        """Put a Snapshot in place of the last one, whole or not at all; raises OSError."""
        body = encode_snapshot(snapshot if self._private_keys else without_keys(snapshot))
        kept = Kept(
            format=_FORMAT,
            version=__version__,
            written=now,
            private_keys=self._private_keys,
            sha256=hashlib.sha256(body).hexdigest(),
        )
        # mkstemp's files are their owner's alone from the first moment.
        descriptor, name = tempfile.mkstemp(prefix=f".{_NAME}-", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(kept) + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._folder / _NAME)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def read(self) -> tuple[Kept, Snapshot] | None:
        """Return what was written last, ``None`` if nothing was; raises UnusableError."""
        path = self._folder / _NAME
        try:
            head, _, body = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        try:
            kept = msgspec.json.decode(head, type=Kept)
            if kept.format != _FORMAT or hashlib.sha256(body).hexdigest() != kept.sha256:
                raise UnusableError(f"{path} is damaged, or of another version")
            return kept, decode_snapshot(body)
        except msgspec.DecodeError as error:
            raise UnusableError(f"{path} is damaged, or of another version: {error}") from error


def without_keys(snapshot: Snapshot) -> Snapshot:
    """Return it without certificates: TLS hosts still redirect, and show a self-made one."""
    names = {
        pattern: structs.replace(name, certificate="")
        for pattern, name in snapshot.server_names.items()
    }
    return structs.replace(snapshot, certificates=EMPTY, server_names=names, default_certificate="")
