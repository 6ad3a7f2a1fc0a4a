"""Everything there is of a kind, and from where a watch goes on.

A list that broke off is no list: nothing is said before all of it is there.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final, NamedTuple

from ingress.model.inventory import ObjectKey
from ingress.model.verdict import ObjectRef
from ingress.sources.cluster.api import Api, Query
from ingress.sources.cluster.kinds import KINDS, Kind
from ingress.sources.cluster.messages import Bookmark, Reader
from ingress.sources.fold import Coming, Drop, Event, Put, Say, Swap

PAGE: Final = 500
"""Objects: what the API server's own clients ask for at once."""

PAGE_SECONDS: Final = 30.0

ANY_VERSION: Final = "0"
"""Whatever the API server has in its cache will do: what is newer follows as a change."""


class Scope(NamedTuple):
    """One kind, in one namespace or (empty) in all of them."""

    kind: Kind
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.kind.plural} in {self.namespace}" if self.namespace else self.kind.plural

    @property
    def path(self) -> str:
        """Where the API has it."""
        return self.kind.path(self.namespace)

    @property
    def subject(self) -> ObjectRef:
        """Whom a verdict names that is about all of them."""
        return ObjectRef(self.kind.name, self.namespace, "*")

    def swap(self, objects: Mapping[ObjectKey, Any]) -> Swap:
        """Return the event that these are all there are."""
        return Swap(self.kind.table, objects, self.namespace)


def scopes(namespaces: Sequence[str]) -> Iterator[Scope]:
    """Yield a scope for each kind in each namespace; without any, in all of them."""
    for kind in KINDS:
        if kind.namespaced and namespaces:
            yield from (Scope(kind, namespace) for namespace in namespaces)
        else:
            yield Scope(kind)


async def watched(
    api: Api, scope: Scope, reader: Reader, *, query: Query, idle_seconds: float
) -> AsyncGenerator[list[Event], None]:
    """Yield what changes from the reader's version on, until the server ends the watch.

    An empty list says that nothing changed, and that the watch is alive.
    """
    asked = {**query, "resourceVersion": reader.version}
    async with aclosing(api.watch(scope.path, query=asked, idle_seconds=idle_seconds)) as watch:
        async for lines in watch:
            messages, failure = reader.lines(lines)
            events = _without_bookmarks(messages)
            del lines, messages  # as in Api.watch
            yield events
            del events
            if failure:
                raise failure


async def streamed(
    api: Api, scope: Scope, reader: Reader, *, query: Query, idle_seconds: float
) -> AsyncGenerator[list[Event], None]:
    """List by a watch that sends what there is at first (KEP-3157), and then goes on as one.

    What comes of the list is told before it is whole. Raises ApiError where the server does not
    do that.
    """
    asked = {
        **query,
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
        "resourceVersion": ANY_VERSION,
    }
    first = _First(scope)
    try:
        async with aclosing(api.watch(scope.path, query=asked, idle_seconds=idle_seconds)) as watch:
            async for lines in watch:
                messages, failure = reader.lines(lines)
                events = first.events(messages)
                del lines, messages
                yield events
                del events
                if failure:
                    raise failure
    finally:
        if not first.whole:
            reader.version = ""


def _without_bookmarks(messages: Iterable[Event | Bookmark]) -> list[Event]:
    return [it for it in messages if not isinstance(it, Bookmark)]


class _First:
    """Gathers a streamed list until its bookmark says that it is whole."""

    def __init__(self, scope: Scope) -> None:
        self.whole = False
        self._scope = scope
        self._objects: dict[ObjectKey, Any] = {}
        self._remarks: list[Event] = []

    def events(self, messages: Iterable[Event | Bookmark]) -> list[Event]:
        """Return what a stream's messages come to, be they of the list or behind it."""
        rest = iter(messages)
        listed = [] if self.whole else self._take(rest)
        return [*listed, *_without_bookmarks(rest)]

    def _take(self, messages: Iterator[Event | Bookmark]) -> list[Event]:
        """Take what belongs to the list; return it, and all of it once it is whole."""
        coming: dict[ObjectKey, Any] = {}
        for message in messages:
            if isinstance(message, Put):  # first, since there are thousands
                self._objects[message.key] = coming[message.key] = message.value
            elif isinstance(message, Drop):
                self._objects.pop(message.key, None)
            elif isinstance(message, Say):
                self._remarks.append(message)
            elif isinstance(message, Bookmark) and message.whole:
                self.whole = True
                objects, self._objects = self._objects, {}
                return [self._scope.swap(objects), *self._remarks]
        return [Coming(self._scope.kind.table, coming)]


async def paged(api: Api, scope: Scope, reader: Reader) -> AsyncGenerator[list[Event], None]:
    """List page by page and yield once; all pages are of one version, a watch goes on from it."""
    query = {**scope.kind.query, "limit": str(PAGE)}
    objects: dict[ObjectKey, Any] = {}
    remarks: list[Event] = []
    while True:
        page = reader.page(await api.get(scope.path, query=query, seconds=PAGE_SECONDS))
        objects.update(page.objects)
        remarks += page.remarks
        if not page.next:
            reader.version = page.version
            yield [scope.swap(objects), *remarks]
            return
        query = {**query, "continue": page.next}
