"""Manifests read and compiled once, for the commands that serve nothing."""

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
from ingress.model.finding import Finding, located
from ingress.model.verdict import Reason
from ingress.sources.manifests import Manifests
from ingress.sources.overlay import with_backends

_UNREAD = frozenset({Reason.UNREADABLE_FILE, Reason.INVALID_YAML})


class Compiled(NamedTuple):
    """A Build, and what there is to say about the manifests."""

    run: Run
    build: Build
    findings: Sequence[Finding]

    def exit_code(self) -> ExitCode:
        """Say on stderr which files could not be read: without them, an answer is not whole."""
        unread = [found for found in self.findings if found.reason in _UNREAD]
        as_text(unread, aside())
        return ExitCode.FOUND if unread else ExitCode.FINE


def compiled(flags: Mapping[str, Any]) -> Compiled:
    """Read the manifests that the flags name and compile them; raises Mistake."""
    run = configure(flags, os.environ)
    source = Manifests(run.files, namespace=run.namespace, stdin=sys.stdin.buffer)
    inventory = with_backends(source.read(), run.backends)
    build = build_snapshot(inventory, run.settings.compiler, now=time.time())
    return Compiled(run, build, located(build.verdicts, source.locate))
