"""Which files changed, as the kernel tells it (inotify), within a few hundredths of a second."""

import asyncio
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from watchfiles import Change, awatch

from ingress.model.verdict import Verdict
from ingress.sources.manifests.files import SUFFIXES, unreadable

_QUIET_MS: Final = 10
"""A change is told after so long without another one,"""
_LONGEST_MS: Final = 50
"""but at the latest after so long."""
_MOST_LINKS: Final = 40
"""How many symbolic links one path may lead through, as in the kernel."""


class _Plan(NamedTuple):
    """What to watch: ``names`` one by one through their folders, ``trees`` as wholes.

    A tree comes with its device and inode: a folder that was replaced is another one.
    """

    names: frozenset[str]
    trees: frozenset[tuple[str, int, int]]


class Watch:
    """Tells which paths changed; an async context manager that leaves no thread behind.

    A file is watched through its folder, since editors and Kubernetes replace files rather than
    write them; so are the symbolic links that lead to it.
    """

    def __init__(self) -> None:
        self.verdicts: tuple[Verdict, ...] = ()
        self._plan: _Plan | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._touched: set[str] = set()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await _cancelled(self._tasks)

    async def follow(self, paths: Collection[str]) -> None:
        """Watch these files and folders, and no others, from now on.

        If that is news, what they hold may have changed just before: a change is told.
        """
        plan = _plan(paths)
        if plan == self._plan:
            return
        former, self._plan = self._tasks, plan
        self._tasks = [
            asyncio.create_task(task, name=f"watch {name}")
            for name, task in (("files", self._names(plan)), ("folders", self._trees(plan)))
        ]
        await asyncio.sleep(0)  # their first step sets the kernel's watches up
        self._failures(paths)
        self._changed.set()
        await _cancelled(former)

    async def touched(self, at_most: float | None = None) -> frozenset[str]:
        """Wait for a change (``at_most`` so many seconds) and return absolute paths."""
        try:
            async with asyncio.timeout(at_most):
                await self._changed.wait()
        except TimeoutError:
            return frozenset()
        self._changed.clear()
        touched, self._touched = frozenset(self._touched), set()
        return touched

    def wake(self) -> None:
        """Tell of a change that the kernel does not know."""
        self._changed.set()

    async def _names(self, plan: _Plan) -> None:
        folders = {str(Path(name).parent) for name in plan.names}
        await self._pump(folders, recursive=False, names=plan.names)

    async def _trees(self, plan: _Plan) -> None:
        await self._pump({path for path, _, _ in plan.trees}, recursive=True)

    async def _pump(
        self, folders: set[str], *, recursive: bool, names: Collection[str] = ()
    ) -> None:
        def concerns_us(change: Change, path: str) -> bool:
            if not recursive:
                return path in names
            return change is not Change.modified or path.endswith(SUFFIXES)

        if not folders:
            return
        async for changes in awatch(
            *sorted(folders),
            watch_filter=concerns_us,
            debounce=_LONGEST_MS,
            step=_QUIET_MS,
            rust_timeout=0,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            self._touched.update(path for _, path in changes)
            self._changed.set()

    def _failures(self, paths: Collection[str]) -> None:
        """Say it where the kernel refused; a folder that vanished just now is looked for again."""
        errors = [error for task in self._tasks if task.done() and (error := task.exception())]
        self.verdicts = tuple(_unwatched(path, error) for error in errors[:1] for path in paths)
        if any(isinstance(error, FileNotFoundError) for error in errors):
            self._plan = None


def _unwatched(path: str, error: BaseException) -> Verdict:
    return unreadable(
        path,
        f"changes to it go unnoticed: {error}",
        "raise the kernel's limit (sysctl fs.inotify.max_user_watches), or watch fewer folders",
    )


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _plan(paths: Collection[str]) -> _Plan:
    names: set[str] = set()
    trees: set[tuple[str, int, int]] = set()
    for path in paths:
        names.update(_ways(path))
        if Path(path).is_dir():
            status = Path(path).stat()
            trees.add((str(Path(path).absolute()), status.st_dev, status.st_ino))
    return _Plan(frozenset(names), frozenset(trees))


def _ways(path: str) -> Iterator[str]:
    """Yield the paths by which a path is reached: itself, links on the way, what they lead to.

    Where it is missing, the part of it that is missing first.
    """
    pending = [os.path.abspath(path)]  # noqa: PTH100 - pathlib's would resolve the links, too
    for _ in range(_MOST_LINKS):
        if not pending:
            return
        absolute = pending.pop()
        yield absolute
        for step in (Path(absolute), *Path(absolute).parents):
            if step.is_symlink():
                yield str(step)
                rest = Path(absolute).relative_to(step)
                pending.append(os.path.normpath(step.parent / step.readlink() / rest))
            elif not step.parent.exists():
                yield str(step.parent)
