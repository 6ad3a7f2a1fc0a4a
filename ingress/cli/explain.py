"""``ingress explain``: which route takes a request, and why not the others."""

from typing import Annotated, Any

import typer

from ingress.cli.mistakes import Mistake
from ingress.cli.parameters import SERVED, Output, takes
from ingress.cli.terminal import out


@takes(*SERVED, "proxy.trusted_proxies", "proxy.public_http_port", "proxy.public_https_port")
def explain(
    url: Annotated[str, typer.Argument(metavar="URL", help="http://host/path or https://…")],
    *,
    output: Output = "text",
    method: Annotated[
        str, typer.Option("--method", "-X", metavar="METHOD", help="The request's method.")
    ] = "GET",
    header: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", metavar="'K: V'", help="A header of the request."),
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="IP", help="Whom the request comes from.")
    ] = None,
    admin: Annotated[
        str | None,
        typer.Option("--admin", metavar="URL", help="Ask a running ingress: http://127.0.0.1:9090"),
    ] = None,
    **flags: Any,
) -> None:
    """Say which route takes a request, which rule decided, and why the others lost.

    It asks manifests (-f), a running ingress (--admin), or without either a cluster's objects.
    """
    from ingress.cli.asking import ask_admin, ask_objects, query_of
    from ingress.cli.explanation import as_json, as_text

    if admin and (given := [name for name, value in flags.items() if value]):
        raise Mistake(
            f"--admin asks a running ingress, to which --{given[0].replace('_', '-')} says nothing",
            mend="give the one or the other",
        )
    query = query_of(url, method=method, headers=header or (), client=client)
    said, code = ask_admin(admin, query) if admin else ask_objects(query, flags)
    if output == "json":
        as_json(said, out())
    else:
        as_text(said, out(), question=f"{method} {url}")
    raise typer.Exit(code)
