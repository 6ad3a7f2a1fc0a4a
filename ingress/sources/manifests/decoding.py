"""Plain documents -> objects, with a Problem for whatever cannot be one."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from ingress.model.inventory import ObjectKey
from ingress.model.names import NAME_RULE, NAMESPACE_RULE, is_name, is_namespace
from ingress.model.secret import secret_text
from ingress.model.verdict import FieldPath, ObjectRef, Reason
from ingress.sources.manifests.fields import unknown_fields
from ingress.sources.manifests.kinds import KINDS, VERSIONS, Kind, Readable, group_of
from ingress.sources.manifests.misfits import misfits
from ingress.sources.manifests.problem import Problem

_SHOWN: Final = 63


class Decoded(NamedTuple):
    """One object of ours in a document, and what is wrong with it.

    ``ref`` is ``None`` where it has no name or no kind; ``value`` is ``None`` where it cannot
    be used; ``path`` leads to it within its document (through the items of lists).
    """

    ref: ObjectRef | None
    value: Readable | None
    problems: tuple[Problem, ...] = ()
    path: FieldPath = ()


def decode(document: Any, namespace: str) -> Iterator[Decoded]:
    """Yield the objects of ours in a document; ``namespace`` is for those that name none.

    Kinds that are none of ours, and documents that are no manifests at all, yield nothing.
    """
    if not isinstance(document, dict):
        return
    kind = document.get("kind")
    if isinstance(kind, str) and kind.endswith("List") and isinstance(document.get("items"), list):
        yield from _items(document, kind, namespace)
    elif (decoded := _object(document, namespace)) is not None:
        yield decoded


def _items(document: dict[str, Any], kind: str, namespace: str) -> Iterator[Decoded]:
    """Decode items; those of an IngressList (not of a List) may leave out what the list says."""
    implied = {} if kind == "List" else {"kind": kind.removesuffix("List")}
    if implied and "apiVersion" in document:
        implied["apiVersion"] = document["apiVersion"]
    for index, item in enumerate(document["items"]):
        whole = implied | item if isinstance(item, dict) else item
        for decoded in decode(whole, namespace):
            yield decoded._replace(path=("items", index, *decoded.path))


def _object(document: dict[str, Any], namespace: str) -> Decoded | None:
    kind, version = document.get("kind"), document.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str):
        problem = _unidentified(document)
        return Decoded(None, None, (problem,)) if problem else None
    ours = KINDS.get(kind)
    if ours is None or group_of(version) not in ours.groups:
        return None
    return _ours(document, ours, _default_namespace(ours, namespace))


def _unidentified(document: dict[str, Any]) -> Problem | None:
    """Tell a manifest that lacks its kind or version from YAML that was never meant as one."""
    kind, version = document.get("kind"), document.get("apiVersion")
    if not isinstance(document.get("metadata"), dict):
        return None
    if isinstance(kind, str) and kind in KINDS:
        likely = next(iter(KINDS[kind].versions))
        field: FieldPath = ("apiVersion",) if "apiVersion" in document else ()
        return _invalid(f"this {kind} has no apiVersion", f"write apiVersion: {likely}", field)
    if isinstance(version, str) and version in VERSIONS:
        field = ("kind",) if "kind" in document else ()
        return _invalid("this object has no kind", "say what it is, like kind: Ingress", field)
    return None


def _default_namespace(kind: Kind, namespace: str) -> str:
    return namespace if kind.namespaced else ""


def _ours(document: dict[str, Any], kind: Kind, namespace: str) -> Decoded:
    name, version = document["kind"], document["apiVersion"]
    ref = _reference(document, namespace)
    if ref is None:
        return Decoded(None, None, (_nameless(document),))
    if wrong := _misnamed(ref, document):
        return Decoded(None, None, (wrong,))
    view = kind.versions.get(version)
    if view is None:
        return Decoded(ref, None, (_unknown_version(name, version, kind),))
    plain = _shape(document, ref)
    problems = tuple(unknown_fields(document, f"{version} {name}"))
    try:
        value = msgspec.convert(plain, view, dec_hook=secret_text)
    except msgspec.ValidationError:
        return Decoded(ref, None, problems + tuple(misfits(plain, view)))
    return Decoded(ref, value, problems)


def _reference(document: dict[str, Any], namespace: str) -> ObjectRef | None:
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return None
    named = metadata.get("namespace", "")
    if not metadata["name"] or not isinstance(named, str):
        return None
    return ObjectRef(document["kind"], (named or namespace) if namespace else "", metadata["name"])


def _nameless(document: dict[str, Any]) -> Problem:
    kind, metadata = document["kind"], document.get("metadata")
    if not isinstance(metadata, dict):
        field: FieldPath = ("metadata",) if "metadata" in document else ()
        return _invalid(f"this {kind} has no metadata", "give it metadata.name", field)
    if isinstance(metadata.get("name"), str) and metadata["name"]:
        return _invalid(
            f"metadata.namespace of this {kind} is not text",
            f'write it in quotes: namespace: "{metadata["namespace"]}"',
            ("metadata", "namespace"),
        )
    if "name" in metadata:
        return _invalid(
            f"metadata.name of this {kind} is not text",
            "write a name; one that looks like a number goes in quotes",
            ("metadata", "name"),
        )
    if "generateName" in metadata:
        return _invalid(
            f"this {kind} has only a generateName, and nobody generates names here",
            "give it metadata.name",
            ("metadata", "generateName"),
        )
    return _invalid(f"this {kind} has no name", "give it metadata.name", ("metadata",))


def _misnamed(ref: ObjectRef, document: dict[str, Any]) -> Problem | None:
    """Refuse names that the API server would: they may hold slashes, spaces and line breaks."""
    metadata = document["metadata"]
    if not is_name(ref.name):
        field, rule = "name", NAME_RULE
    elif ref.namespace == metadata.get("namespace") and not is_namespace(ref.namespace):
        field, rule = "namespace", NAMESPACE_RULE
    else:
        return None
    message = f"metadata.{field} of this {ref.kind} cannot be {metadata[field][:_SHOWN]!r}"
    return _invalid(message, rule, ("metadata", field))


def _unknown_version(name: str, version: str, kind: Kind) -> Problem:
    known = " or ".join(kind.versions)
    return Problem(
        Reason.UNKNOWN_VERSION,
        message=f"{name} is not read in version {version}; the object is left out",
        mend=f"write it as {known}",
        field=("apiVersion",),
    )


def _shape(document: dict[str, Any], ref: ObjectRef) -> dict[str, Any]:
    """Say what the view wants said: the namespace, and a Pod as the template of itself."""
    metadata = document["metadata"] | {"namespace": ref.namespace}
    if ref.kind == "Pod":
        template = {key: document[key] for key in ("metadata", "spec") if key in document}
        return {"kind": "Pod", "metadata": metadata, "spec": {"template": template}}
    return document | {"metadata": metadata}


def key_of(ref: ObjectRef) -> Any:
    """Return the key that an Inventory files an object under."""
    key = ObjectKey(ref.namespace, ref.name)
    return (ref.kind, key) if KINDS[ref.kind].table == "workloads" else key


def _invalid(message: str, mend: str, field: FieldPath) -> Problem:
    return Problem(Reason.INVALID_OBJECT, message, mend, field)
