"""What ``ingress run`` says when it serves: listeners, routes, what is wrong, what to try."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingress import __version__
from ingress.cli.examples import curl_lines
from ingress.cli.findings import subject, where
from ingress.cli.terminal import visible
from ingress.model.finding import Finding
from ingress.model.snapshot import ANY_HOST, Backend, Host, Route, Snapshot
from ingress.model.verdict import Severity
from ingress.settings import ListenAddress

MAX_ROWS: Final = 40
MAX_FINDINGS: Final = 12
_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


def show(
    console: Console,
    *,
    snapshot: Snapshot,
    listeners: Mapping[str, Sequence[ListenAddress]],
    findings: Sequence[Finding],
    trust: str,
) -> None:
    """Print it all; ``trust`` is what makes curl accept the certificates."""
    serious = [found for found in findings if found.severity in _STYLES]
    curls = list(curl_lines(snapshot, listeners, trust=trust))
    console.print(Text.assemble(("aiohttp-ingress", "bold"), f" {__version__}"))
    console.print()
    console.print(_indented(_listeners(listeners)))
    console.print()
    console.print(_indented(_routes(snapshot)))
    if serious:
        console.print(Text("\nMend", style="bold"))
        for part in _problems(serious):
            console.print(_indented(part))
    if curls:
        console.print(Text("\nTry", style="bold"))
    for line in curls:
        # Never wrapped: a line that is pasted must be one line.
        console.print(Text(f"  {line}", style="cyan"), soft_wrap=True)
    console.print(Text("\nCtrl-C ends it.", style="dim"))


def stderr_console() -> Console:
    """Return the console of stderr; 100 columns where it is no terminal."""
    width = None if sys.stderr.isatty() else 100
    return Console(stderr=True, highlight=False, markup=False, emoji=False, width=width)


def _listeners(listeners: Mapping[str, Sequence[ListenAddress]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, addresses in listeners.items():
        scheme = "https" if name == "https" else "http"
        for address in addresses:
            table.add_row(Text(name, style="bold"), Text(f"{scheme}://{address}", style="cyan"))
    return table


def _routes(snapshot: Snapshot) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 3, 0, 0))
    for title in ("HOST", "PATH", "SERVICE", "PODS"):
        table.add_column(title, overflow="fold")
    hosts = [host for _, host in sorted(snapshot.hosts.items())]
    rows = (row for host in hosts for row in _host(snapshot, host))
    for row in islice(rows, MAX_ROWS):
        table.add_row(*row)
    if (more := sum(1 for host in hosts for _ in _shown(host)) - MAX_ROWS) > 0:
        table.add_row(Text(f"… and {more} more", style="dim"))
    if not hosts:
        table.add_row(Text("nothing yet: no Ingress has a rule that could be served", style="dim"))
    return table


def _host(snapshot: Snapshot, host: Host) -> Iterator[tuple[Text, ...]]:
    name = Text(host.pattern or "any host", style="bold" if host.pattern else "italic")
    if host.pattern != ANY_HOST and host.pattern in snapshot.server_names:
        name.append("  tls", style="green")
    for route in _shown(host):
        path = Text(route.written_path or "any other path")
        if route.path_type == "Exact":
            path.append("  exact", style="dim")
        yield name, path, Text(str(route.backend or "-")), _pods(snapshot, route)
        name = Text()


def _shown(host: Host) -> tuple[Route, ...]:
    return (*host.routes, host.fallback) if host.fallback else host.routes


def _pods(snapshot: Snapshot, route: Route) -> Text:
    backend = snapshot.backends.get(str(route.backend), Backend(key=""))
    if not backend.endpoints:
        return Text(f"503  {backend.problem}".rstrip(), style="yellow")
    targets = [endpoint.target for endpoint in backend.endpoints]
    owners = {target.rpartition("-")[0] for target in targets}
    if len(owners) == 1 and all(owners):
        return Text(f"{len(targets)} x {owners.pop()}")
    names = [endpoint.target or str(endpoint) for endpoint in backend.endpoints]
    shown = ", ".join(names[:3])
    return Text(f"{shown}, … ({len(names)})" if len(names) > 3 else shown)


def _problems(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    for found in findings[:MAX_FINDINGS]:
        head = (found.severity, _STYLES[found.severity]), "  ", (found.reason, "bold")
        yield Text.assemble(*head, f"  {subject(found)}")
        yield _indented(Text(where(found), style="dim"))
        yield _indented(Text(visible(found.message)))
        yield _indented(Text(f"mend: {visible(found.mend)}", style="green"))
    if len(findings) > MAX_FINDINGS:
        more = f"… and {len(findings) - MAX_FINDINGS} more: `ingress check` tells them all"
        yield Text(more, style="dim")


def _indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2), expand=False)
