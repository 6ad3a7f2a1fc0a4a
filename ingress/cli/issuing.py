"""What ``ingress certs`` does, apart from its options."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.terminal import GOOD, aside
from ingress.issuer.authority import Authority, new_authority
from ingress.issuer.folder import CA, Folder
from ingress.issuer.keys import IssuerError, KeyType, Pair
from ingress.issuer.names import file_stem, read_name
from ingress.model.inventory import ObjectKey


def make_ca(folder: Path, *, key_type: str, force: bool, now: float) -> None:
    """Make a CA and say where it is; raises Mistake."""
    with _told():
        _keep(Folder(folder), CA, new_authority(now=now, key_type=KeyType(key_type)), force=force)


def make_leaf(
    folder: Path, names: Sequence[str], *, key_type: str, force: bool, now: float
) -> Pair:
    """Make a certificate for the names, signed by the folder's CA, and return it; raises Mistake.

    The first name is the one that its files are called by.
    """
    with _told(ExitCode.USAGE):
        stems = [file_stem(read_name(name)) for name in names]
    with _told():
        place = Folder(folder)
        pair = Authority(place.read(CA), now=now).issue(names, key_type=KeyType(key_type))
        _keep(place, stems[0], pair, force=force)
        return pair


def secret_manifest(key: ObjectKey, pair: Pair) -> str:
    """Write a pair as a ``kubernetes.io/tls`` Secret: the one place that reveals a key."""
    certificate, private = (
        base64.b64encode(part).decode() for part in (pair.certificate, pair.key.reveal())
    )
    return (
        "apiVersion: v1\n"
        "kind: Secret\n"
        "type: kubernetes.io/tls\n"
        "metadata:\n"
        f"  name: {key.name}\n"
        f"  namespace: {key.namespace}\n"
        "data:\n"
        f"  tls.crt: {certificate}\n"
        f"  tls.key: {private}\n"
    )


def _keep(folder: Folder, name: str, pair: Pair, *, force: bool) -> None:
    for path in folder.write(name, pair, force=force):
        _say(f"wrote {path}")
    if not folder.ignores_itself:
        _say(
            f"{folder.path} has no .gitignore of its own that says *:"
            " see that its keys are never committed"
        )


def _say(text: str) -> None:
    printer = aside()
    printer.line(printer.style(text, GOOD))


@contextmanager
def _told(code: ExitCode = ExitCode.FOUND) -> Iterator[None]:
    try:
        yield
    except IssuerError as error:
        raise Mistake(str(error), mend=error.mend, code=code) from error
