"""The table's options, and those that several commands share, as typer wants them."""

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from ingress.cli.options import OPTIONS, Option
from ingress.cli.values import SWITCH, one_of

Command = TypeVar("Command", bound=Callable[..., None])


def choice(*words: str) -> Any:
    """Return what an option needs to take one of some words, with completion."""
    kind = one_of(*words)

    def read(given: str) -> str:
        try:
            return str(kind.read(given))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return {"metavar": kind.metavar, "callback": read, "autocompletion": lambda: list(words)}


Output: TypeAlias = Annotated[
    str, typer.Option("--output", "-o", help="Form of the output.", **choice("text", "json"))
]
SERVED: Final = (
    *("files", "namespace", "cluster"),
    *("backends", "compiler", "timeouts", "body_limit"),
)
"""The options that shape a Snapshot, for the commands that compile one and serve nothing."""


def takes(*fields: str) -> Callable[[Command], Command]:
    """Give a command the table's options for these fields, in place of its ``**flags``.

    A name without a dot stands for all of that part, no name for the whole table.
    """

    def apply(command: Command) -> Command:
        own = inspect.signature(command).parameters.values()
        kept = [parameter for parameter in own if parameter.kind is not Parameter.VAR_KEYWORD]
        command.__signature__ = Signature([*kept, *_chosen(fields)])  # type: ignore[attr-defined]
        return command

    return apply


def _chosen(fields: tuple[str, ...]) -> Iterator[Parameter]:
    for option in OPTIONS:
        if not fields or {option.field, option.field.partition(".")[0]} & set(fields):
            yield _parameter(option)


def _parameter(option: Option) -> Parameter:
    # Defaults are not typer's: what is not given may still be in the environment.
    kind: Any = bool if option.kind is SWITCH else str
    info = typer.Option(
        *filter(None, (option.flag, option.short)),
        metavar=option.kind.metavar or None,
        help=f"{option.doc} Default: {option.default}." if option.default else option.doc,
        rich_help_panel=option.panel,
        show_default=False,
    )
    return Parameter(
        option.name,
        Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[(list[kind] if option.many else kind) | None, info],
    )


class _AsWritten:
    """In place of typer's coercion, which loads pydantic to turn text into text: 200 ms."""

    @staticmethod
    def coerce(value: Any, *, param: Any, **_: Any) -> Any:
        return () if value is None and param.multiple else value


class Verbatim(TyperCommand):
    """A command whose parameters are text, lists of text or switches, and taken as written."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, each without a coercion of its own."""
        return _verbatim(super().get_params(ctx))


class VerbatimGroup(TyperGroup):
    """Likewise, for what stands before the command's name."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, each without a coercion of its own."""
        return _verbatim(super().get_params(ctx))


def _verbatim(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        parameter.get_runtime_param = _AsWritten
    return parameters
