"""When to act: wait until a burst of changes is over, and come back when time changes things."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from enum import Enum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

T = TypeVar("T")

LONGEST_SLEEP: Final = 3600.0
"""Seconds. Wall clocks are set and laptops sleep, so a far date is looked at again."""


async def settled(
    items: AsyncIterator[T], *, holdoff: float, max_holdoff: float
) -> AsyncGenerator[T, None]:
    """Yield the newest item once none has come for ``holdoff`` seconds.

    The first one passes at once. A steady stream is not waited out: it is yielded from every
    ``max_holdoff`` seconds. The source's exceptions pass, and it is closed when this is.
    """
    clock = asyncio.get_running_loop().time
    async with _Ahead(items) as ahead:
        quiet = 0.0
        while await ahead.has_more():
            newest = ahead.take()
            latest = clock() + max_holdoff
            while await ahead.arrives(within=min(quiet, latest - clock())):
                newest = ahead.take()
            yield newest
            quiet = holdoff


async def repeated(
    items: AsyncIterator[T], *, due: Callable[[], float | None]
) -> AsyncGenerator[T, None]:
    """Yield every item, and the newest one again when it is due.

    ``due`` says in how many seconds (``None``: never) and is asked after each item was dealt
    with. A source that ended goes on having its last item repeated.
    """
    async with _Ahead(items) as ahead:
        while await ahead.has_more():
            newest = ahead.take()
            yield newest
            while (wait := due()) is not None:
                if await ahead.arrives(within=min(wait, LONGEST_SLEEP)):
                    break
                if wait <= LONGEST_SLEEP:
                    yield newest


class _End(Enum):
    END = "end"


_Next: TypeAlias = "asyncio.Task[T | Literal[_End.END]]"


class _Ahead(Generic[T]):
    """Reads one item ahead, so that waiting for it can be given up without losing it."""

    def __init__(self, items: AsyncIterator[T]) -> None:
        self._items = items
        self._next: _Next[T]

    async def __aenter__(self) -> "_Ahead[T]":
        self._read()
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._next.cancel():
            with suppress(asyncio.CancelledError):
                await self._next
        if isinstance(self._items, AsyncGenerator):
            await self._items.aclose()

    async def has_more(self) -> bool:
        """Wait for the next item; false where the source has ended; raises what it raised."""
        await asyncio.wait({self._next})
        return self._next.result() is not _End.END

    def take(self) -> T:
        """Return the item that was found to be there, and begin to read the one after it."""
        item = self._next.result()
        assert item is not _End.END  # noqa: S101 - has_more() or arrives() said so
        self._read()
        return item

    async def arrives(self, *, within: float) -> bool:
        """Wait some seconds at most for an item; after the source's end none comes."""
        if within <= 0:
            return False
        await asyncio.wait({self._next}, timeout=within)
        if not self._next.done():
            return False
        if self._next.result() is not _End.END:
            return True
        await asyncio.sleep(within)
        return False

    def _read(self) -> None:
        self._next = asyncio.create_task(self._anext(), name="next of a source")

    async def _anext(self) -> T | Literal[_End.END]:
        return await anext(self._items, _End.END)
