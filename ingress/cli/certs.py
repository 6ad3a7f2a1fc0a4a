"""``ingress certs``: a development CA, and certificates that it signs."""

import sys
import time
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from ingress.cli.mistakes import mistake
from ingress.cli.parameters import Verbatim, VerbatimGroup, choice
from ingress.cli.values import read_object
from ingress.model.inventory import ObjectKey

certs = typer.Typer(
    name="certs",
    cls=VerbatimGroup,
    help="Make a development CA, and certificates that it signs.",
)

KeyType: TypeAlias = Annotated[
    str,
    typer.Option("--key-type", help="Type of the key.", **choice("ecdsa-p256", "rsa-2048")),
]
Dir: TypeAlias = Annotated[
    str, typer.Option("--dir", metavar="PATH", help="Folder of the certificates and their keys.")
]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


@certs.command(cls=Verbatim)
def ca(*, key_type: KeyType = "ecdsa-p256", dir: Dir = "certs", force: Force = False) -> None:  # noqa: A002 - the flag's name
    """Make a development CA: ca.crt for clients to trust, ca.key to sign with."""
    from ingress.cli.issuing import make_ca

    make_ca(Path(dir), key_type=key_type, force=force, now=time.time())


@certs.command(cls=Verbatim)
def issue(
    hosts: Annotated[
        list[str],
        typer.Argument(metavar="HOST...", help="Names: www.a.b, *.a.b, 127.0.0.1, ::1."),
    ],
    *,
    secret: Annotated[
        str | None,
        typer.Option("--secret", metavar="NS/NAME", help="Print it as a kubernetes.io/tls Secret."),
    ] = None,
    key_type: KeyType = "ecdsa-p256",
    dir: Dir = "certs",  # noqa: A002 - the flag's name
    force: Force = False,
) -> None:
    """Make one certificate for the hosts, signed by the CA in the folder."""
    from ingress.cli.issuing import make_leaf, secret_manifest

    # What is wrong with the flag is said before anything is written.
    key = _secret_key(secret)
    pair = make_leaf(Path(dir), hosts, key_type=key_type, force=force, now=time.time())
    if key is not None:
        sys.stdout.write(secret_manifest(key, pair))


def _secret_key(text: str | None) -> ObjectKey | None:
    if text is None:
        return None
    try:
        return read_object(text)
    except ValueError as error:
        raise mistake("--secret", error) from None
