"""What ``ingress run`` does: the source, what is said at the start, what is said of changes."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from ingress.cli.banner import show, stderr_console
from ingress.cli.changes import changed
from ingress.cli.configuration import Run
from ingress.cli.findings import as_text
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.terminal import GOOD, STRONG, aside
from ingress.control import logs, supervisor
from ingress.control.lastgood import LastGood
from ingress.control.listening import ListenError
from ingress.control.reporter import Change
from ingress.issuer.authority import is_signed_by
from ingress.model.finding import Locate, Location, located
from ingress.model.inventory import Inventory
from ingress.model.snapshot import Snapshot
from ingress.model.verdict import Verdict
from ingress.sources.manifests import Manifests
from ingress.sources.overlay import with_backends
from ingress.standins import StandIns

DEVELOPMENT_CA: Final = Path("certs/ca.crt")


def serve(run: Run) -> int:
    """Serve until a signal ends it and return the exit code; raises Mistake."""
    logs.set_up()
    state = run.settings.state
    if state.folder:
        LastGood(state.folder, private_keys=state.private_keys).prepare()
    try:
        return _serve_files(run) if run.files else _serve_cluster(run)
    except ListenError as error:
        message, _, mend = str(error).rpartition(": ")
        raise Mistake(message, mend=mend, code=ExitCode.FOUND) from error


def _serve_files(run: Run) -> int:
    source = Source(run)
    return supervisor.serve(
        run.settings,
        source,
        announce=lambda serving: announce(serving, source.locate),
        tell=lambda change: tell(change, source.locate),
    )


def _serve_cluster(run: Run) -> int:
    from ingress.cli import clustered

    source = clustered.Source(run)
    source.prepare()
    return supervisor.serve(run.settings, source, announce=clustered.announce, tell=clustered.tell)


class Source:
    """Manifests, what is laid over them, and a line on stderr for every change."""

    def __init__(self, run: Run) -> None:
        self._manifests = Manifests(run.files, namespace=run.namespace)
        self._run = run

    async def inventories(self) -> AsyncIterator[Inventory]:
        """Yield an Inventory at once and after every change; stand-ins end with it."""
        stand_ins = StandIns() if self._run.stand_ins else None
        written, served = None, Inventory()
        try:
            async for inventory in self._manifests.inventories():
                if written is not None:
                    await _say_changed(written, inventory)
                written = inventory
                played = await stand_ins.reconcile(inventory) if stand_ins else inventory
                served = with_backends(played, self._run.backends, previous=served)
                yield served
        finally:
            if stand_ins:
                await stand_ins.close()

    def locate(self, verdict: Verdict) -> Location | None:
        """Find the place that a verdict speaks of."""
        return self._manifests.locate(verdict)

    def reread(self) -> None:
        """Read again what does not look changed (SIGHUP)."""
        self._manifests.reread()


def announce(serving: supervisor.Serving, locate: Locate) -> None:
    """Print what is served, what is wrong with it, and what to try."""
    show(
        stderr_console(),
        snapshot=serving.snapshot,
        listeners=serving.listeners,
        findings=located(serving.verdicts, locate),
        trust=trust(serving.snapshot, DEVELOPMENT_CA),
    )


def tell(change: Change, locate: Locate) -> None:
    """Print the verdicts that are new, and how many are gone."""
    printer = aside()
    as_text(located(change.new, locate), printer)
    for verdict in change.gone:
        printer.line(printer.style(f"mended: {verdict.reason} of {verdict.subject}", GOOD))


def trust(snapshot: Snapshot, ca: Path) -> str:
    """Return what makes curl accept the certificates that are served."""
    chains = [certificate.chain for certificate in snapshot.certificates.values()]
    if chains and ca.is_file():
        pem = ca.read_bytes()
        if all(is_signed_by(chain, pem) for chain in chains):
            return shlex.join(("--cacert", str(ca)))
    return "--insecure"


async def _say_changed(before: Inventory, after: Inventory) -> None:
    if line := changed(before, after):
        # In a thread: a terminal that is held (Ctrl-S) must not hold the requests.
        await asyncio.to_thread(_say, line)


def _say(line: str) -> None:
    printer = aside()
    printer.line(printer.style(line, STRONG))
