"""``ingress hosts``: lines for /etc/hosts."""

import ipaddress
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from ingress.cli.mistakes import mistake
from ingress.cli.parameters import takes
from ingress.model.hosts import is_wildcard


@takes("files", "namespace", "cluster", "compiler")
def hosts(
    *,
    address: Annotated[
        str, typer.Option("--address", metavar="IP", help="Where the hosts should lead.")
    ] = "127.0.0.1",
    **flags: Any,
) -> None:
    """Print lines for /etc/hosts, so that a browser finds the hosts on this machine."""
    from ingress.cli.once import compiled

    where = _read_address(address)
    made = compiled(flags)
    names = {*made.build.snapshot.hosts, *made.build.snapshot.server_names}
    sys.stdout.writelines(f"{line}\n" for line in lines(names, address=where))
    raise typer.Exit(made.exit_code())


def lines(patterns: Iterable[str], *, address: str) -> Iterator[str]:
    """Yield a line for each host; a wildcard becomes a comment that says why it is none."""
    for pattern in sorted(filter(None, patterns), key=lambda one: one.split(".")[::-1]):
        if is_wildcard(pattern):
            example = pattern.replace("*", "www", 1)
            yield (
                f"# {pattern}: /etc/hosts knows no wildcards;"
                f" name each host, as in: {address} {example}"
            )
        else:
            yield f"{address} {pattern}"


def _read_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        error = ValueError(f"{text!r} is no IP address; write 127.0.0.1 or ::1")
        raise mistake("--address", error) from None
