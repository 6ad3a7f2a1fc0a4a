"""The folder that holds the pairs: files of mode 0600, and a .gitignore that ignores it all."""

import os
import tempfile
from pathlib import Path
from typing import Final

from ingress.issuer.keys import IssuerError, Pair
from ingress.model.secret import SecretBytes

CA: Final = "ca"
_GITIGNORE: Final = "# Private keys: never commit them.\n*\n"


class Folder:
    """Pairs by name, as ``NAME.crt`` and ``NAME.key``; OSErrors are the caller's to tell."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def ignores_itself(self) -> bool:
        """Whether the folder has a .gitignore of its own that leaves nothing out."""
        try:
            return "*" in (self.path / ".gitignore").read_bytes().decode(errors="replace").split()
        except OSError:
            return False

    def read(self, name: str) -> Pair:
        """Read a pair; raises IssuerError where either file is missing."""
        certificate, key = self._files(name)
        try:
            return Pair(certificate.read_bytes(), SecretBytes(key.read_bytes()))
        except FileNotFoundError as error:
            raise IssuerError(
                f"{error.filename} is not there",
                mend="make a development CA first: `ingress certs ca` (with the same --dir)",
            ) from error

    def write(self, name: str, pair: Pair, *, force: bool) -> tuple[Path, Path]:
        """Write a pair and return both paths; each file appears whole or not at all.

        Raises IssuerError, with nothing changed, where a file is there and ``force`` is not set.
        """
        self._prepare()
        certificate, key = self._files(name)
        if not force:
            _refuse_existing(certificate, key)
        # The key goes first: a certificate in place means that its key is there too.
        _write(key, pair.key.reveal(), force=force)
        _write(certificate, pair.certificate, force=force)
        return certificate, key

    def _files(self, name: str) -> tuple[Path, Path]:
        return self.path / f"{name}.crt", self.path / f"{name}.key"

    def _prepare(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A folder that held something before may be anybody's (a repository's root, say).
        if not any(self.path.iterdir()):
            (self.path / ".gitignore").write_text(_GITIGNORE)


def _refuse_existing(*paths: Path) -> None:
    for path in paths:
        if os.path.lexists(path):
            raise IssuerError(
                f"{path} is there already", mend="keep it, or replace it with --force"
            )


def _write(path: Path, data: bytes, *, force: bool) -> None:
    # mkstemp makes the file with mode 0600, so the key is never readable by others.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if force:
            Path(temporary).replace(path)
        else:
            # link(2), unlike rename(2), fails where somebody was quicker (as O_EXCL does).
            os.link(temporary, path)
    except FileExistsError:
        _refuse_existing(path)
        raise
    finally:
        Path(temporary).unlink(missing_ok=True)
