"""``ingress check``: lint manifests, or what is in a cluster."""

import sys
from typing import Annotated, Any

import typer

from ingress.cli.mistakes import ExitCode
from ingress.cli.parameters import choice, takes


@takes("files", "namespace", "cluster", "compiler")
def check(
    *,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="Form of the findings.", **choice("text", "json", "github")
        ),
    ] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings, too.")] = False,
    **flags: Any,
) -> None:
    """Say what is wrong with manifests, or without -f with a cluster, and what to do about it.

    Exits 1 if there is an error (with --strict: a warning), else 0.
    """
    from ingress.cli.findings import FORMS, summary
    from ingress.cli.once import compiled
    from ingress.cli.terminal import Printer, aside
    from ingress.model.verdict import Severity

    findings = compiled(flags).findings
    FORMS[output](findings, Printer(sys.stdout))
    if output == "text":
        printer = aside()
        printer.line(summary(findings, printer) or "nothing to say: all is well")
    bad = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(found.severity in bad for found in findings):
        raise typer.Exit(ExitCode.FOUND)
