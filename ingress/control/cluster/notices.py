"""Verdicts as Events: what is said of which object, how often, and when it is enough.

A verdict is a state, an Event is an occurrence that the cluster forgets after an hour. So an
Event is written when a verdict comes, and its series goes on for as long as the verdict stands.
Its name is made of what it says: every replica, and every start, finds the one that is there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from ingress.compiler import Build
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import ObjectMeta, View
from ingress.model.verdict import ObjectRef, Reason, Severity, Verdict, describe_field

REPEAT: Final = 1800.0
"""Seconds between two Events of a series while the verdict stands; well within the hour."""

CALM: Final = 60.0
"""Seconds that must lie between two Events of a verdict that comes and goes."""

FORGET: Final = 3600.0
PER_OBJECT: Final = 20
WINDOW: Final = 600.0
"""At most so many Events about one object within so many seconds."""

# Kubernetes, pkg/apis/core/validation/events.go: at most so many bytes.
_MAX_NOTE: Final = 1024
_MAX_NAME: Final = 230
_WORTH_SAYING: Final = frozenset({Severity.ERROR, Severity.WARNING})


class Regarding(View, frozen=True):
    """The object that an Event is about; ``kubectl describe`` finds it by the uid."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    resource_version: str
    field_path: str = ""


class Notice(NamedTuple):
    """One thing to say of one object; ``name`` is the Event's."""

    name: str
    regarding: Regarding
    reason: str
    note: str


class _Told(NamedTuple):
    """When a notice was last written, and whether its verdict stands since."""

    uid: str
    at: float
    standing: bool


class Series:
    """Decides which notices are written now; times are seconds on a steady clock."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def due(self, notices: Iterable[Notice], *, now: float) -> list[Notice]:
        """Return what is to be written, given all that there is to be said now."""
        said = {notice.name: notice for notice in notices}
        self._forget(said.keys(), now=now)
        recent = Counter(told.uid for told in self._told.values() if now - told.at < WINDOW)
        due = []
        for notice in said.values():
            uid = notice.regarding.uid
            if self._is_due(notice, now=now) and recent[uid] < PER_OBJECT:
                due.append(notice)
                recent[uid] += 1
        return due

    def wrote(self, notice: Notice, *, now: float) -> None:
        """Remember that a notice was written, or that it cannot be."""
        self._told[notice.name] = _Told(notice.regarding.uid, now, standing=True)

    def _is_due(self, notice: Notice, *, now: float) -> bool:
        told = self._told.get(notice.name)
        return told is None or now - told.at >= (REPEAT if told.standing else CALM)

    def _forget(self, said: Iterable[str], *, now: float) -> None:
        for name in self._told.keys() - said:
            if now - self._told[name].at >= FORGET:
                del self._told[name]
            else:
                self._told[name] = self._told[name]._replace(standing=False)


def notices(build: Build) -> Iterator[Notice]:
    """Yield what there is to be said of objects that the cluster has, in the verdicts' order."""
    for verdict in worth_saying(build.verdicts):
        if found := _found(build.inventory, verdict):
            yield _notice(verdict, *found)


def worth_saying(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Yield the errors and warnings that concern whoever wrote the object.

    Where IngressClasses may not be read, every class that is another controller's looks missing:
    then nothing is said of that to those who wrote for the other controller.
    """
    said = [verdict for verdict in verdicts if verdict.severity in _WORTH_SAYING]
    in_the_dark = any(
        verdict.reason is Reason.NOT_PERMITTED and verdict.subject.kind == "IngressClass"
        for verdict in said
    )
    return (it for it in said if not (in_the_dark and it.reason is Reason.CLASS_MISSING))


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "Ingress": ("networking.k8s.io/v1", "ingresses"),
    "IngressClass": ("networking.k8s.io/v1", "ingress_classes"),
    "Service": ("v1", "services"),
    "Endpoints": ("v1", "endpoints"),
    "EndpointSlice": ("discovery.k8s.io/v1", "endpoint_slices"),
    "Secret": ("v1", "secrets"),
}
"""Kinds that verdicts speak of: their API version, and where an Inventory has them."""


def _found(inventory: Inventory, verdict: Verdict) -> tuple[str, ObjectMeta] | None:
    subject = verdict.subject
    version, field = _KINDS.get(subject.kind, ("", ""))
    objects: Mapping[ObjectKey, Any] = getattr(inventory, field) if field else {}
    found = objects.get(ObjectKey(subject.namespace, subject.name))
    return (version, found.metadata) if found else None


def _notice(verdict: Verdict, version: str, metadata: ObjectMeta) -> Notice:
    subject = verdict.subject
    regarding = Regarding(
        api_version=version,
        kind=subject.kind,
        namespace=subject.namespace,
        name=subject.name,
        uid=metadata.uid,
        resource_version=metadata.resource_version,
        field_path=describe_field(verdict.field),
    )
    note = _short(f"{verdict.message}; mend: {verdict.mend}")
    name = _name(subject, metadata.uid, verdict.reason, regarding.field_path, note)
    return Notice(name, regarding, verdict.reason, note)


def _name(subject: ObjectRef, *said: str) -> str:
    digest = blake2b("\0".join((subject.kind, *said)).encode(), digest_size=8).hexdigest()
    return f"{subject.name[:_MAX_NAME].rstrip('-.')}.{digest}"


def _short(text: str) -> str:
    """Cut what is too long for an Event, between two characters."""
    encoded = text.encode()
    if len(encoded) <= _MAX_NOTE:
        return text
    return encoded[: _MAX_NOTE - 3].decode(errors="ignore") + "…"
