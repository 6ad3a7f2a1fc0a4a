"""Objects read and compiled once, for the commands that serve nothing."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ingress.cli.configuration import Run, configure
from ingress.cli.findings import as_text
from ingress.cli.mistakes import ExitCode
from ingress.cli.terminal import aside
from ingress.compiler import Build, build_snapshot
from ingress.model.finding import Finding, Locate, located
from ingress.model.inventory import Inventory
from ingress.model.verdict import Reason
from ingress.sources.overlay import with_backends

_UNREAD = frozenset({Reason.UNREADABLE_FILE, Reason.INVALID_YAML, Reason.NOT_PERMITTED})


class Compiled(NamedTuple):
    """A Build, and what there is to say about the objects."""

    run: Run
    build: Build
    findings: Sequence[Finding]

    def exit_code(self) -> ExitCode:
        """Say on stderr what could not be read: without it, an answer is not whole."""
        unread = [found for found in self.findings if found.reason in _UNREAD]
        as_text(unread, aside())
        return ExitCode.FOUND if unread else ExitCode.FINE


def compiled(flags: Mapping[str, Any]) -> Compiled:
    """Read the manifests or the cluster that the flags name and compile it; raises Mistake."""
    run = configure(flags, os.environ)
    read, locate = _manifests(run) if run.files else _cluster(run)
    inventory = with_backends(read, run.backends)
    build = build_snapshot(inventory, run.settings.compiler, now=time.time())
    return Compiled(run, build, located(build.verdicts, locate))


def _manifests(run: Run) -> tuple[Inventory, Locate]:
    from ingress.sources.manifests import Manifests

    source = Manifests(run.files, namespace=run.namespace, stdin=sys.stdin.buffer)
    return source.read(), source.locate


def _cluster(run: Run) -> tuple[Inventory, Locate]:
    from ingress.cli.clustered import read_once

    return read_once(run), lambda _: None
