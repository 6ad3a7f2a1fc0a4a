"""``ingress run``: serves a cluster or manifests until it is told to stop."""

import os
from typing import Any

import typer

from ingress.cli.parameters import takes


@takes()
def run(**flags: Any) -> None:
    """Serve a cluster, or with -f manifests: files, folders and stdin; changes are live at once.

    Each option is also an environment variable: INGRESS_ and its name, as in
    INGRESS_PROXY_READ_TIMEOUT; lists are separated by commas. A flag wins over its variable.
    """
    from ingress.runtime.collector import no_collector_at_first

    with no_collector_at_first():  # what is imported stays, too
        from ingress.cli.configuration import configure
        from ingress.cli.serving import serve

        raise typer.Exit(serve(configure(flags, os.environ)))
