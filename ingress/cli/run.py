"""``ingress run``: serves manifests until Ctrl-C."""

import os
from typing import Any

import typer

from ingress.cli.parameters import takes


@takes()
def run(**flags: Any) -> None:
    """Serve manifests: files, folders and stdin; what changes on disk is served at once.

    Each option is also an environment variable: INGRESS_ and its name, as in
    INGRESS_PROXY_READ_TIMEOUT; lists are separated by commas. A flag wins over its variable.
    """
    from ingress.cli.configuration import configure
    from ingress.cli.serving import serve

    raise typer.Exit(serve(configure(flags, os.environ)))
