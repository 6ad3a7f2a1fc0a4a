"""Which files hold manifests, and their text; whatever cannot be read is said, never raised."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict

SUFFIXES: Final = (".yaml", ".yml", ".json")
MAX_FILE_BYTES: Final = 256 * 1024 * 1024
"""The largest file that is read; 5,000 Ingresses with Services and slices are 5 MB."""

Stamp: TypeAlias = tuple[int, int, int, int]
"""Device, inode, size and modification time: another stamp, another content."""

ONCE: Final = (0, 0)
"""Size and time in the stamp of what is read but once: stdin, a pipe (as of ``-f <(…)``)."""


class Found(NamedTuple):
    """A file under the name that the user would give it, and its stamp."""

    path: str
    stamp: Stamp


class Listing(NamedTuple):
    """What a path given by the user leads to: files, in order, and symbolic links met."""

    files: tuple[Found, ...]
    links: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def file_ref(path: str) -> ObjectRef:
    """Name a file as the subject of a verdict."""
    return ObjectRef("File", "", path)


def unreadable(path: str, error: Exception | str, mend: str = "") -> Verdict:
    """Say that a file or folder could not be read, and why."""
    why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return verdict(
        file_ref(path),
        Reason.UNREADABLE_FILE,
        message=f"{path} cannot be read: {why[:1].lower()}{why[1:]}",
        mend=mend or "see that the path is right, and that you may read it",
    )


def restamped(files: Iterable[Found], touched: Collection[str]) -> tuple[Found, ...] | None:
    """Return the files with new stamps for those touched, without listing the folders again.

    ``None`` where more than the content of these files may have changed.
    """
    stamps = {found.path: found.stamp for found in files}
    for path in touched:
        try:
            status = os.stat(path)  # noqa: PTH116 - the path as the user wrote it
        except FileNotFoundError:
            if path in stamps or any(known.startswith(f"{path}/") for known in stamps):
                return None
            continue  # it came and went, as the file does that an editor renames
        except OSError:
            return None
        if path not in stamps or not stat.S_ISREG(status.st_mode):
            return None
        stamps[path] = _stamp(status)
    return tuple(Found(path, stamp) for path, stamp in stamps.items())


def _stamp(status: os.stat_result) -> Stamp:
    content = (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else ONCE
    return (status.st_dev, status.st_ino, *content)


def listing(path: str) -> Listing:
    """Find the manifests of one path: the file itself, or those in a folder and its folders.

    In folders, hidden entries and files of other suffixes are passed over, and a folder that is
    reached twice (a loop of symbolic links) is listed once.
    """
    walk = _Walk()
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            walk.folder(path, (status.st_dev, status.st_ino))
        else:
            walk.files.append(Found(path, _stamp(status)))
    except OSError as error:
        walk.verdicts.append(unreadable(path, error))
    return Listing(tuple(walk.files), tuple(walk.links), tuple(walk.verdicts))


class _Walk:
    def __init__(self) -> None:
        self.files: list[Found] = []
        self.links: list[str] = []
        self.verdicts: list[Verdict] = []
        self._seen: set[tuple[int, int]] = set()

    def folder(self, path: str, identity: tuple[int, int]) -> None:
        if identity in self._seen:
            return
        self._seen.add(identity)
        for name in sorted(self._names(path)):
            self._entry(f"{path.rstrip('/')}/{name}")

    def _names(self, path: str) -> Iterator[str]:
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        yield entry.name
                        if entry.is_symlink():
                            self.links.append(entry.path)
        except OSError as error:
            self.verdicts.append(unreadable(path, error))

    def _entry(self, path: str) -> None:
        try:
            status = os.stat(path)  # noqa: PTH116 - thousands of these at each change
        except FileNotFoundError:
            return  # gone since it was listed, or a dangling link: no manifest either way
        except OSError as error:
            self.verdicts.append(unreadable(path, error))
            return
        if stat.S_ISDIR(status.st_mode):
            self.folder(path, (status.st_dev, status.st_ino))
        elif path.endswith(SUFFIXES) and stat.S_ISREG(status.st_mode):
            self.files.append(Found(path, _stamp(status)))


def read_text(path: str) -> str | Verdict:
    """Return the text of a file, or why there is none."""
    try:
        with Path(path).open("rb") as file:
            # Room is made for as much as is asked for: 256 MiB each would take most of the time.
            size = os.fstat(file.fileno()).st_size or MAX_FILE_BYTES
            return decoded(path, file.read(min(size, MAX_FILE_BYTES) + 1))
    except OSError as error:
        return unreadable(path, error)


def decoded(path: str, data: bytes) -> str | Verdict:
    """Decode a file's bytes: UTF-8, as Kubernetes demands; a byte order mark is passed over."""
    if len(data) > MAX_FILE_BYTES:
        return unreadable(
            path,
            f"it is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB",
            "split it into smaller files",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return unreadable(
            path, f"it is not UTF-8 text (line {line})", "save it in the encoding UTF-8"
        )
