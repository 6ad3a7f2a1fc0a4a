"""A cluster as the one to report to: what is logged about it, and what is written to it."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final

from ingress.cli.configuration import Run
from ingress.control.cluster.writer import ClusterWriter
from ingress.control.listening import listen
from ingress.control.reporter import Change
from ingress.control.supervisor import Serving
from ingress.model.verdict import Severity
from ingress.sources.cluster.api import connected

log = logging.getLogger("ingress.cluster")

MOST_TOLD: Final = 20
"""Verdicts of one change that are logged one by one; /verdicts has them all."""

_LEVELS: Final = {
    Severity.ERROR: logging.ERROR,
    Severity.WARNING: logging.WARNING,
    Severity.INFO: logging.INFO,
}


@contextmanager
def writer(run: Run) -> Iterator[ClusterWriter]:
    """Yield what writes to the cluster, its admission address bound; raises ListenError."""
    options = run.cluster
    connect = partial(connected, kubeconfig=options.kubeconfig, context=options.context)
    with ExitStack() as stack:
        listening = listen(run.settings.admission, flag="--admission")
        sockets = [stack.enter_context(one) for one in listening]
        yield ClusterWriter(run.settings.writing, connect, sockets=sockets)


def announce(serving: Serving) -> None:
    """Log what is served, where, and what there is to say about it."""
    where = [f"{name} {it}" for name, many in serving.listeners.items() for it in many]
    hosts, certificates = len(serving.snapshot.hosts), len(serving.snapshot.certificates)
    log.info(
        "serving %d hosts with %d certificates on %s",
        hosts,
        certificates,
        ", ".join(where) or "nothing",
    )
    tell(Change(new=tuple(serving.verdicts), gone=()))


def tell(change: Change) -> None:
    """Log verdicts that are new, and those that hold no longer."""
    for it in change.new[:MOST_TOLD]:
        level = _LEVELS[it.severity]
        log.log(level, "%s of %s: %s; mend: %s", it.reason, it.subject, it.message, it.mend)
    if (more := len(change.new) - MOST_TOLD) > 0:
        log.warning("%d more verdicts: GET /verdicts of the admin address has all of them", more)
    for verdict in change.gone[:MOST_TOLD]:
        log.info("mended: %s of %s", verdict.reason, verdict.subject)
