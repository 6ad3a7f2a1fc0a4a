"""``ingress snapshot``: what would be served, as JSON."""

import sys
from typing import Any

import typer

from ingress.cli.parameters import SERVED, takes


@takes(*SERVED)
def snapshot(**flags: Any) -> None:
    """Print the compiled snapshot as JSON, secrets left out.

    It is of manifests, or without -f of a cluster. The same objects give the same text, so it is
    fit for diff and for golden tests.
    """
    from ingress.cli.once import compiled
    from ingress.model.codec import dump

    made = compiled(flags)
    sys.stdout.write(f"{dump(made.build.snapshot).decode()}\n")
    raise typer.Exit(made.exit_code())
