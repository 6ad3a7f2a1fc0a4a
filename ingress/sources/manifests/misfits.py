"""Fields of the wrong type, said in a user's words: which field, what is there, what belongs."""

import copy
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from ingress.model.secret import secret_text
from ingress.model.verdict import FieldPath, Reason
from ingress.sources.manifests.problem import Problem, written

_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]|(\[\.\.\.\])")
_EXPECTED: Final = re.compile(r"Expected `([^`]+)`")
_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`")
_MOST: Final = 20
"""Problems told of one object; a list of hundreds is a misunderstanding, told well enough."""


def misfits(plain: dict[str, Any], view: type[Any]) -> Iterator[Problem]:
    """Yield a problem for each field that makes ``msgspec.convert`` refuse an object.

    It tells of the first one only, so each is taken out of a copy, and the rest tried again.
    """
    rest = copy.deepcopy(plain)
    taken: set[FieldPath] = set()
    for _ in range(_MOST):
        error = _refusal(rest, view)
        if error is None:
            return
        path, missing = _place(error, rest)
        if missing and (*path, missing) in taken:
            return
        yield _problem(error, path, missing=missing, value=_at(rest, path))
        if missing or not path or isinstance(path[-1], int):
            return  # what follows would be of our own making
        del _at(rest, path[:-1])[path[-1]]
        taken.add(path)


def _refusal(plain: Any, view: type[Any]) -> str | None:
    try:
        msgspec.convert(plain, view, dec_hook=secret_text)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _place(message: str, document: Any) -> tuple[FieldPath, str | None]:
    """Find the field; msgspec names no keys of mappings whose keys are the user's own."""
    missing = _MISSING.match(message)
    path: list[str | int] = []
    for name, index, any_key in _STEP.findall(message.rpartition("- at `$")[2].rstrip("`")):
        if any_key:
            entries = _at(document, tuple(path))
            path += [key for key, value in entries.items() if type(value) is not str][:1]
        else:
            path.append(int(index) if index else name)
    return tuple(path), missing[1] if missing else None


def _at(document: Any, path: FieldPath) -> Any:
    for step in path:
        document = document[step]
    return document


def _problem(error: str, path: FieldPath, *, missing: str | None, value: Any) -> Problem:
    # A Pod is decoded as the template of itself; its user knows of no template.
    field = path[2:] if path[:2] == ("spec", "template") else path
    if missing:
        return _missing(field, missing)
    expected = _EXPECTED.search(error)
    wanted = expected[1].split(" | ") if expected else ["str"]
    return Problem(
        Reason.INVALID_OBJECT,
        message=f"{written(field)} must be {_words(wanted)}, and is {_shown(value)}",
        mend=_mend(wanted, value, str(field[-1]) if field else ""),
        field=field,
    )


def _missing(field: FieldPath, name: str) -> Problem:
    where = written(field) or "the object"
    return Problem(Reason.INVALID_OBJECT, f"{where} has no {name}", f"add {name} to {where}", field)


_NAMES: Final = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
}


def _words(wanted: list[str]) -> str:
    return " or ".join(_NAMES[name] for name in wanted if name in _NAMES) or "something else"


def _shown(value: Any) -> str:
    """Say what is there. Text is never shown: it may be a key that went to the wrong field."""
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    names = {str: "text", list: "a list", dict: "a mapping", type(None): "empty"}
    return names[type(value)]


_MENDS: Final = {
    "int": "write a number without quotes and without a decimal point",
    "bool": "write true or false, without quotes",
    "array": "begin each of its entries with a dash",
}


def _mend(wanted: list[str], value: Any, name: str) -> str:
    if "str" in wanted and isinstance(value, bool | int | float):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return f'write it in quotes: "{text}"'
    if "object" in wanted and isinstance(value, list):
        return f"write the fields of {name} themselves: this is no list, so take out the dash"
    if "object" in wanted:
        return f"write the fields of {name} below it, indented"
    known = (_MENDS[kind] for kind in wanted if kind in _MENDS)
    return next(known, "write one value in its place")
