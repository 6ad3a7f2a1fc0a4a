"""Manifests: the source that reads files, and reads them again when they change."""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

from ingress.model.finding import Location
from ingress.model.inventory import Inventory
from ingress.model.verdict import Verdict
from ingress.sources.manifests.files import (
    MAX_FILE_BYTES,
    ONCE,
    Found,
    Listing,
    Stamp,
    decoded,
    listing,
    read_text,
    restamped,
)
from ingress.sources.manifests.merging import Merged, merge
from ingress.sources.manifests.reading import FileReading, nodes_of, read_file
from ingress.sources.manifests.watching import Watch

STDIN: Final = "<stdin>"
_STDIN: Final = Listing((Found(STDIN, (0, 0, *ONCE)),), (), ())
_SETTLING: Final = 0.05
"""Seconds until a second look at a file that was emptied (``> file`` does, before it writes), and
at a new folder, in which files may have come to be before the kernel watched it."""


class Manifests:
    """Files, folders (recursively) and ``-`` for stdin, read into Inventories.

    ``namespace`` is for objects that name none. Nothing that a user writes raises: it becomes a
    verdict of the Inventory, and ``locate`` finds the line of any verdict about its objects.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        *,
        namespace: str = "default",
        stdin: BinaryIO | None = None,
    ) -> None:
        self._paths = [str(path) for path in paths]
        self._namespace = namespace
        self._stdin = stdin
        self._stamps: dict[str, Stamp] = {}
        self._files: dict[str, FileReading] = {}
        self._found = Listing((), (), ())
        self._emptied: dict[str, float] = {}
        self._forced = False
        self._unsettled = False
        self._watch = Watch()
        self._merged = Merged()

    def read(self, touched: Collection[str] = (), *, alone: bool = False) -> Inventory:
        """Read what changed since the last time (at first everything); blocks on the disk.

        Files named in ``touched`` are read again even if their size and time stayed; ``alone``
        says that nothing else was touched. The same Inventory is returned where nothing changed.
        """
        with _collector_paused():
            files = restamped(self._found.files, touched) if alone else None
            self._found = self._found._replace(files=files) if files else self._list()
            self._read_files(self._found.files, touched)
            self._merged = merge(
                self._merged,
                {path: self._files[path] for path, _ in self._found.files},
                (*self._found.verdicts, *self._watch.verdicts),
            )
        return self._merged.inventory

    def locate(self, verdict: Verdict) -> Location | None:
        """Return the file, and the line of a verdict's field, else of its object.

        ``None`` for objects that no file holds.
        """
        subject, field = verdict.subject, verdict.field
        if subject.kind == "File":
            line = field[0] if field and isinstance(field[0], int) else None
            return Location(subject.name, line)
        place = self._merged.place_of(verdict)
        return place.location(field) if place else None

    async def inventories(self) -> AsyncIterator[Inventory]:
        """Yield the Inventory at once, and again whenever files changed and came to rest.

        Reading happens in a thread, so that requests are served meanwhile.
        """
        async with Watch() as self._watch:
            await self._watch.follow(self._watched())
            yield await asyncio.to_thread(self.read)
            while True:
                nodes_of.cache_clear()  # what was to be said of the Inventory is said
                touched = await self._watch.touched(_SETTLING if self._unsettled else None)
                before = self._merged.inventory
                after = await asyncio.to_thread(self._look, touched)
                await self._watch.follow(self._watched())
                if after is not before:
                    yield after

    def reread(self) -> None:
        """Read every file again, even those that do not look changed; call it in the loop."""
        self._forced = True
        self._watch.wake()

    def _look(self, touched: Collection[str]) -> Inventory:
        named = [self._as_named(name) for name in touched]
        inventory = self.read({*chain(*named)}, alone=bool(named) and all(named))
        self._unsettled = bool(self._emptied) or any(Path(path).is_dir() for path in touched)
        return inventory

    def _watched(self) -> list[str]:
        named = [path for path in self._paths if path != "-" and not _is_pipe(path)]
        return [*named, *self._found.links]

    def _as_named(self, touched: str) -> set[str]:
        """Write an absolute path as ``listing`` does: beginning with what the user wrote."""
        roots = {str(Path(path).absolute()): path for path in self._paths}
        return {
            path.rstrip("/") + touched[len(root) :]
            for root, path in roots.items()
            if touched == root or touched.startswith(f"{root}/")
        }

    def _list(self) -> Listing:
        each = [_STDIN if path == "-" else listing(path) for path in self._paths]
        return Listing(
            _once_each(chain.from_iterable(one.files for one in each)),
            tuple(chain.from_iterable(one.links for one in each)),
            tuple(chain.from_iterable(one.verdicts for one in each)),
        )

    def _read_files(self, files: Iterable[Found], touched: Collection[str]) -> None:
        if self._forced:
            self._forced = False
            self._stamps.clear()
        for path, stamp in files:
            # A second write within one tick of the disk's clock leaves size and time as they were.
            once = stamp[2:] == ONCE and path in self._files
            if not once and (path in touched or self._stamps.get(path) != stamp):
                self._stamps[path] = stamp
                self._read_file(path)
        for path in self._files.keys() - {path for path, _ in files}:
            del self._files[path]
            self._stamps.pop(path, None)
            self._emptied.pop(path, None)

    def _read_file(self, path: str) -> None:
        text = self._text(path)
        previous = self._files.get(path)
        if previous and previous.entries and text == "" and self._may_be_written(path):
            del self._stamps[path]
            return
        self._emptied.pop(path, None)
        if isinstance(text, Verdict):
            del self._stamps[path]  # it is tried again each time: a chmod changes no stamp
            entries = previous.entries if previous else ()
            self._files[path] = FileReading(entries, ((text, None),))
        else:
            self._files[path] = read_file(path, text, namespace=self._namespace, previous=previous)

    def _may_be_written(self, path: str) -> bool:
        now = time.monotonic()
        return now - self._emptied.setdefault(path, now) < _SETTLING

    def _text(self, path: str) -> str | Verdict:
        if path == STDIN:
            return decoded(path, (self._stdin or sys.stdin.buffer).read(MAX_FILE_BYTES + 1))
        return read_text(path)


def _is_pipe(path: str) -> bool:
    return Path(path).is_fifo() or Path(path).is_char_device()


def _once_each(files: Iterable[Found]) -> tuple[Found, ...]:
    """Leave out a file that was reached before by another path (stdin has no identity)."""
    seen: dict[Any, Found] = {}
    for found in files:
        seen.setdefault(found.stamp[:2] if found.path != STDIN else STDIN, found)
    return tuple(seen.values())


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the cyclic collector from walking, again and again, thousands of new live objects."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
