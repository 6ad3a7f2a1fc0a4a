"""What one Ingress asks for, read once per object: the unit from which all else is compiled."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct

from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.objects import ObjectMeta
from ingress.model.snapshot import BackendRef, Route
from ingress.model.verdict import FieldPath, ObjectRef, Verdict


class Order(NamedTuple):
    """Who wins a tie: the lowest. ``age`` is seconds since the epoch, infinite where unknown."""

    age: float
    namespace: str
    name: str


class PathClaim(Struct, frozen=True, gc=False):
    """A route that an Ingress asks for, and where it is written."""

    route: Route
    field: FieldPath


class HostClaim(Struct, frozen=True, gc=False):
    """What one Ingress asks for on one host: its paths as written, and its default backend."""

    order: Order
    paths: tuple[PathClaim, ...]
    default: Route | None


class TlsClaim(Struct, frozen=True, gc=False):
    """A TLS host of one Ingress; ``secret`` is ``None`` where its entry names none."""

    order: Order
    secret: ObjectKey | None
    ssl_redirect: bool
    field: FieldPath


class BackendUse(Struct, frozen=True, gc=False):
    """Who names a Service port, and where its two halves are written."""

    subject: ObjectRef
    service: FieldPath = ()
    port: FieldPath = ()


class SecretUse(Struct, frozen=True, gc=False):
    """Who names a Secret, where, and the TLS hosts that it is named for."""

    subject: ObjectRef
    field: FieldPath = ()
    hosts: frozenset[str] = frozenset()


class ClassName(Struct, frozen=True, gc=False):
    """The class that an Ingress names (``None``: none), and where."""

    name: str | None
    field: FieldPath = ()
    by_annotation: bool = False


class Claims(Struct, frozen=True, kw_only=True, gc=False):
    """Everything that one Ingress (or the flags) asks for.

    ``fallback`` is the default backend of an Ingress that has no rules at all.
    """

    order: Order = Order(0.0, "", "")
    class_name: ClassName = ClassName(None)
    hosts: Mapping[str, HostClaim] = EMPTY
    server_names: Mapping[str, tuple[TlsClaim, ...]] = EMPTY
    services: Mapping[ObjectKey, Mapping[BackendRef, BackendUse]] = EMPTY
    secrets: Mapping[ObjectKey, SecretUse] = EMPTY
    fallback: Route | None = None
    verdicts: tuple[Verdict, ...] = ()


class Move(Struct, frozen=True, gc=False):
    """An Ingress of ours that came, changed or went: its claims before and after."""

    key: ObjectKey
    old: Claims
    new: Claims


NOTHING = Claims()
"""The claims of an Ingress that is not there, or not ours."""


def order_of(key: ObjectKey, metadata: ObjectMeta) -> Order:
    """Return the object's place in a tie: oldest first, without a timestamp last."""
    return Order(age_of(metadata), key.namespace, key.name)


def age_of(metadata: ObjectMeta) -> float:
    """Return ``creationTimestamp`` in seconds since the epoch, infinite where there is none."""
    try:
        created = datetime.fromisoformat(metadata.creation_timestamp or "")
    except ValueError:
        return float("inf")
    return (created if created.tzinfo else created.replace(tzinfo=UTC)).timestamp()
