"""Fields that Kubernetes does not know: kubectl warns of them, and they have no effect.

The table of known fields is made by ``scripts/known_fields.py``.
"""

import difflib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import Struct

from ingress.model.verdict import FieldPath, Reason
from ingress.sources.manifests.problem import Problem, written


class _Table(Struct, frozen=True):
    roots: dict[str, str]
    types: dict[str, dict[str, str | None]]


_TABLE: Final = msgspec.json.decode(
    files("ingress.sources.manifests").joinpath("known_fields.json").read_bytes(), type=_Table
)

# What is written in one version of Ingress and read in another only under another name.
_ELSEWHERE: Final[Mapping[tuple[str, str], str]] = {
    ("IngressBackend", "serviceName"): "networking.k8s.io/v1 writes service: {name: …}",
    ("IngressBackend", "servicePort"): "networking.k8s.io/v1 writes service: {port: {number: …}}",
    ("IngressSpec", "backend"): "networking.k8s.io/v1 writes defaultBackend",
    ("LegacyIngressBackend", "service"): "v1beta1 writes serviceName and servicePort",
    ("LegacyIngressSpec", "defaultBackend"): "v1beta1 writes backend",
}


def unknown_fields(document: Mapping[str, Any], type_name: str) -> Iterator[Problem]:
    """Yield a problem for every field that the version and kind of a document does not have.

    ``type_name`` is written like ``networking.k8s.io/v1 Ingress``; types that are not in the
    table have no unknown fields.
    """
    root = _TABLE.roots.get(type_name)
    return (_problem(*found) for found in _unknown(document, root, ())) if root else iter(())


def _unknown(value: Any, type_name: str, path: FieldPath) -> list[tuple[str, str, FieldPath]]:
    """Return name, type and place of unknown fields; mostly none, of tens of thousands."""
    found: list[tuple[str, str, FieldPath]] = []
    if type(value) is dict:
        known = _TABLE.types[type_name]
        for name, child in value.items():
            inner = known.get(name, "")
            if inner:
                found += _unknown(child, inner, (*path, name))
            elif inner is not None:
                found.append((name, type_name, path))
    elif type(value) is list:
        for index, item in enumerate(value):
            found += _unknown(item, type_name, (*path, index))
    return found


def _problem(name: str, type_name: str, path: FieldPath) -> Problem:
    where = f"in {written(path)}" if path else "at the top of the object"
    return Problem(
        Reason.UNKNOWN_FIELD,
        message=f"Kubernetes knows no field {name!r} {where}, so it has no effect",
        mend=_mend(name, type_name),
        field=(*path, name),
    )


def _mend(name: str, type_name: str) -> str:
    if (elsewhere := _ELSEWHERE.get((type_name, name))) is not None:
        return elsewhere
    known = _TABLE.types[type_name]
    if likely := _likely(name, known):
        return f"did you mean {likely!r}?"
    if parent := _parent_with(name, known):
        return f"write it one level deeper, under {parent!r}"
    return f"remove it; known here are {', '.join(sorted(known))}"


def _likely(name: str, known: Mapping[str, Any]) -> str | None:
    folded = {field.casefold(): field for field in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def _parent_with(name: str, known: Mapping[str, str | None]) -> str | None:
    inner = ((field, _TABLE.types[kind]) for field, kind in known.items() if kind)
    return next((field for field, fields in inner if name in fields), None)
