import inspect

import pytest
import typer

from ingress.cli.options import OPTIONS
from ingress.cli.parameters import choice, takes


def names(command) -> list[str]:
    return list(inspect.signature(command).parameters)


def test_a_command_takes_the_options_it_asks_for_beside_its_own():
    @takes("files", "proxy.access_log")
    def some(*, own: bool = False, **flags: object) -> None: ...

    @takes()
    def all_of_them(**flags: object) -> None: ...

    assert names(some) == ["own", "filename", "access_log"]
    assert names(all_of_them) == [option.name for option in OPTIONS]


def test_a_choice_takes_its_words_alone():
    made = choice("a", "b")
    assert made["callback"]("a") == "a"
    assert made["autocompletion"]() == ["a", "b"]
    with pytest.raises(typer.BadParameter, match="write a, b"):
        made["callback"]("c")
