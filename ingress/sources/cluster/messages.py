"""What an API server sends -> events: the lines of a watch, the pages of a list.

Objects are decoded straight into their views. One that does not fit is told of, and what was
known of it before stays.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from ingress.model.inventory import ObjectKey
from ingress.model.secret import secret_text
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.sources.cluster.api import ApiUnreachable, Status
from ingress.sources.cluster.kinds import Kind
from ingress.sources.fold import Drop, Event, Put, Say

T = TypeVar("T")

_INITIAL_EVENTS_END: Final = "k8s.io/initial-events-end"
"""The annotation of the bookmark that ends a streamed list (KEP-3157)."""


class Bookmark(NamedTuple):
    """Nothing changed up to here; ``whole`` says that all there was at first has been sent."""

    whole: bool


class Page(NamedTuple):
    """A part of a list: its objects, what is wrong with others, and where the next part begins.

    ``version`` is where a watch goes on from.
    """

    objects: Mapping[ObjectKey, Any]
    remarks: tuple[Say, ...]
    version: str
    next: str


class _Line(Struct, Generic[T], frozen=True):
    type: str
    object: T


class _Meta(Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str = ""
    resource_version: str = ""
    annotations: dict[str, str] | None = None


class _Any(Struct, frozen=True):
    """Any object of Kubernetes."""

    metadata: _Meta = _Meta()


class _ListMeta(Struct, frozen=True, rename={"resource_version": "resourceVersion"}):
    resource_version: str = ""
    # What the API calls ``continue``.
    next: str = msgspec.field(default="", name="continue")


class _List(Struct, frozen=True):
    metadata: _ListMeta
    items: tuple[msgspec.Raw, ...] | None = None


_RAW: Final = msgspec.json.Decoder(_Line[msgspec.Raw])
_ANY: Final = msgspec.json.Decoder(_Any)
_STATUS: Final = msgspec.json.Decoder(Status)
_LIST: Final = msgspec.json.Decoder(_List)


@contextmanager
def _understood() -> Iterator[None]:
    """Take what is no JSON of Kubernetes for no answer at all: something else stands there."""
    try:
        yield
    except msgspec.DecodeError as error:
        raise ApiUnreachable("what answers speaks another language than an API server") from error


class Reader:
    """Reads one kind; ``version`` is that of the last thing that was read."""

    def __init__(self, kind: Kind) -> None:
        self.version = ""
        self._kind = kind
        self._line = msgspec.json.Decoder(_Line[kind.view], dec_hook=secret_text)  # type: ignore[name-defined]
        self._object = msgspec.json.Decoder(kind.view, dec_hook=secret_text)

    def line(self, line: bytes) -> Event | Bookmark:
        """Read a line of a watch; raises the ApiError that it may be, ApiUnreachable if nothing."""
        try:
            message = self._line.decode(line)
        except msgspec.DecodeError as error:
            with _understood():
                return self._other(line, str(error))
        value = message.object
        self.version = value.metadata.resource_version
        key = ObjectKey(value.metadata.namespace, value.metadata.name)
        if message.type == "DELETED":
            return Drop(self._kind.table, key)
        return Put(self._kind.table, key, value)

    def page(self, body: bytes) -> Page:
        """Read a page of a list; raises ApiUnreachable where it is none."""
        with _understood():
            page = _LIST.decode(body)
            read = [self.one(item) for item in page.items or ()]
        objects = {event.key: event.value for event in read if isinstance(event, Put)}
        remarks = tuple(event for event in read if isinstance(event, Say))
        return Page(objects, remarks, page.metadata.resource_version, page.metadata.next)

    def one(self, body: bytes | msgspec.Raw) -> Put | Say:
        """Read an object that was asked for by name; raises ApiUnreachable where it is none."""
        try:
            value = self._object.decode(body)
        except msgspec.DecodeError as error:
            with _understood():
                return self._misfit(_ANY.decode(body).metadata, str(error))
        key = ObjectKey(value.metadata.namespace, value.metadata.name)
        return Put(self._kind.table, key, value)

    def _other(self, line: bytes, misfit: str) -> Event | Bookmark:
        """Read what is no object of the kind: a bookmark, an error, or one that does not fit."""
        message = _RAW.decode(line)
        if message.type == "ERROR":
            raise _STATUS.decode(message.object).error()
        metadata = _ANY.decode(message.object).metadata
        self.version = metadata.resource_version
        if message.type == "BOOKMARK":
            return Bookmark((metadata.annotations or {}).get(_INITIAL_EVENTS_END) == "true")
        if message.type == "DELETED":
            return Drop(self._kind.table, ObjectKey(metadata.namespace, metadata.name))
        return self._misfit(metadata, misfit)

    def _misfit(self, metadata: _Meta, misfit: str) -> Say:
        subject = ObjectRef(self._kind.name, metadata.namespace, metadata.name)
        said = verdict(
            subject,
            Reason.INVALID_OBJECT,
            message=f"the API server sends what cannot be read ({misfit}),"
            " so what was known of it before stays",
            mend="write the field as the API reference has it",
        )
        return Say(subject, (said,))
