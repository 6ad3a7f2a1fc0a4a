"""Following a kind for ever: a few generators, each of which knows one thing that goes wrong.

``events`` knows that history may be gone, ``_unbroken`` that servers and connections fail,
``_streamed`` that not every server streams lists, and ``listing`` that a list may be cut short.
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, TypeAlias

from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable
from ingress.sources.cluster.listing import Scope, paged, streamed, watched
from ingress.sources.cluster.messages import Reader
from ingress.sources.cluster.patience import Failure, Patience, Tempo
from ingress.sources.cluster.permission import is_forbidden, not_permitted, permitted
from ingress.sources.fold import Event

log = logging.getLogger(__name__)

Events: TypeAlias = AsyncGenerator[list[Event], None]

SHORTEST_WATCH: Final = 300
"""Seconds, and up to twice as many: the server then ends a watch, and another goes on."""

_GONE: Final = 410
_STREAMS_UNKNOWN: Final = frozenset({400, 422, 500})


class Follower:
    """Follows one kind in one scope."""

    def __init__(self, api: Api, scope: Scope, tempo: Tempo) -> None:
        self._api = api
        self._scope = scope
        self._tempo = tempo
        self._reader = Reader(scope.kind)
        self._patience = Patience(tempo.random)
        self._streams = True
        self._trouble: Failure | None = None

    async def events(self) -> Events:
        """Yield all there is, as one event, and then what changes; it does not end.

        Where the server has forgotten what happened since the last event, all there is comes
        again; whatever was known stays in force until then.
        """
        while True:
            try:
                async with aclosing(self._unbroken()) as rounds:
                    async for events in rounds:
                        yield events
            except ApiError as gone:
                log.info("%s are listed again, since their history is gone: %s", self._scope, gone)
                self._reader.version = ""
                await self._tempo.sleep(self._patience.after(gone))

    async def _unbroken(self) -> Events:
        """Yield what round after round yields; one that failed is followed by another, in time.

        Raises ApiError where history is gone.
        """
        while True:
            failure: Failure | None = None
            alive = False
            try:
                async with aclosing(self._round()) as round_:
                    async for events in round_:
                        alive = True
                        yield [*self._at_ease(), *events]
            except (ApiError, ApiUnreachable) as error:
                if isinstance(error, ApiError) and error.status == _GONE:
                    raise
                failure = error
            if failure:
                yield self._in_trouble(failure)
            if failure or not alive:
                await self._tempo.sleep(self._patience.after(failure))

    def _round(self) -> Events:
        """Begin a list, or a watch that goes on from where the last round ended."""
        asked = {
            **self._scope.kind.query,
            "watch": "1",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(round(SHORTEST_WATCH * (1 + self._tempo.random()))),
        }
        if self._reader.version:
            return watched(
                self._api, self._scope, self._reader, query=asked, idle_seconds=self._tempo.idle
            )
        return (
            self._streamed(asked) if self._streams else paged(self._api, self._scope, self._reader)
        )

    async def _streamed(self, asked: dict[str, str]) -> Events:
        """Yield a list as a stream, or find that this server knows only pages."""
        way = streamed(
            self._api, self._scope, self._reader, query=asked, idle_seconds=self._tempo.idle
        )
        try:
            async with aclosing(way) as several:
                async for events in several:
                    yield events
        except ApiError as error:
            if error.status not in _STREAMS_UNKNOWN or self._reader.version:
                raise
            log.info("%s are listed in pages, since streams are refused: %s", self._scope, error)
            self._streams = False
            yield []

    def _at_ease(self) -> list[Event]:
        """All is well: say so, if it was not before."""
        self._patience.renew()
        if self._trouble is None:
            return []
        self._trouble = None
        log.info("%s are read again", self._scope)
        return [permitted(self._scope)]

    def _in_trouble(self, failure: Failure) -> list[Event]:
        """Say it once, and as a verdict where somebody has to grant something."""
        if self._trouble is None or str(self._trouble) != str(failure):
            log.warning("%s cannot be read, and are asked for again: %s", self._scope, failure)
        self._trouble = failure
        return [not_permitted(self._scope, failure)] if is_forbidden(failure) else []
