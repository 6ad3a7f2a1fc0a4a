"""``ingress``: the commands, and how they end."""

import inspect
import sys
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from ingress import __version__
from ingress.cli.certs import certs
from ingress.cli.check import check
from ingress.cli.convert import convert
from ingress.cli.explain import explain
from ingress.cli.hosts import hosts
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.parameters import Verbatim, VerbatimGroup
from ingress.cli.run import run
from ingress.cli.snapshot import snapshot
from ingress.cli.terminal import BAD, STRONG, aside, quietly_broken
from ingress.runtime.build import which_build

app = typer.Typer(
    name="ingress",
    cls=VerbatimGroup,
    help="Kubernetes Ingress rules in, an aiohttp reverse proxy out.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool | None) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"ingress {__version__} ({which_build()})")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def front_door(
    context: typer.Context,
    *,
    _version: Annotated[
        bool | None,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version."),
    ] = None,
) -> None:
    """Serve, check and explain Kubernetes Ingresses, on a laptop or in a cluster."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


def _prose(docstring: str | None) -> str:
    """Unwrap a docstring's paragraphs: the terminal's width is not the source's."""
    paragraphs = inspect.cleandoc(docstring or "").split("\n\n")
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)


for command in (run, check, explain, snapshot, convert, hosts):
    app.command(cls=Verbatim, help=_prose(command.__doc__))(command)
app.add_typer(certs)


def main(name: str = "ingress") -> NoReturn:
    """Run the command line and end the process with 0 (fine), 1 (errors found) or 2 (usage)."""
    code: int = ExitCode.FOUND
    with quietly_broken():
        code = _run(name)
    sys.exit(code)


def kubectl() -> NoReturn:
    """Run as a plugin of kubectl, which finds ``kubectl-ingress`` on its PATH."""
    main("kubectl ingress")


def _run(name: str) -> int:
    try:
        return int(typer.main.get_command(app)(prog_name=name, standalone_mode=False) or 0)
    except Mistake as mistake:
        return _end(str(mistake), mend=mistake.mend, code=mistake.code)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else name
        return _end(error.format_message(), mend=f"see `{path} --help`", code=ExitCode.USAGE)
    except BrokenPipeError:
        raise
    except OSError as error:
        # A file or an address that the user named; what is ours to foresee is a Mistake already.
        place = f"{error.filename}: " if error.filename else ""
        return _end(f"{place}{error.strerror}", mend="see that it is there, and yours to use")


def _end(message: str, *, mend: str, code: ExitCode = ExitCode.FOUND) -> int:
    printer = aside()
    printer.line(f"{printer.style('error', BAD)}: {printer.style(message, STRONG)}")
    printer.line(f"  mend: {mend}")
    return code
