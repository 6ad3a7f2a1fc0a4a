"""One file's text -> its objects and verdicts, keeping what an edit did not touch.

What a file held when it last parsed stays while it is broken, and an object that turns bad keeps
its last good version.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ingress.model.finding import Location
from ingress.model.verdict import FieldPath, ObjectRef, Reason, Verdict, verdict
from ingress.sources.manifests.decoding import Decoded, decode, key_of
from ingress.sources.manifests.documents import Chunk, chunks, documents, first_line
from ingress.sources.manifests.files import file_ref
from ingress.sources.manifests.kinds import KINDS, Readable
from ingress.sources.manifests.nodes import InvalidYaml, compose, line_of

_MEND_YAML: Final = "mend the line; until then, what the file held before stays in force"


# A List may hold a thousand objects, and each of its verdicts asks for all of it; the last one's
# tree is kept, which is large, until whoever read it forgets it (``nodes_of.cache_clear``).
nodes_of: Final = lru_cache(maxsize=1)(compose)


class Place(NamedTuple):
    """Where an object is written: a document of a chunk of a file, and the way within it."""

    file: str
    chunk: Chunk
    document: int
    path: FieldPath

    def location(self, field: FieldPath = ()) -> Location:
        """Find the line of a field, or of the deepest part of its path that is written."""
        if not field and not self.path and not self.document:
            return Location(self.file, first_line(self.chunk) + 1)
        try:
            nodes = nodes_of(self.chunk.text)
        except InvalidYaml:  # JSON whose escapes YAML does not know
            nodes = []
        if self.document >= len(nodes):
            return Location(self.file, first_line(self.chunk) + 1)
        line = line_of(nodes[self.document], self.path + field)
        return Location(self.file, self.chunk.line + line + 1)


class Entry(NamedTuple):
    """An object that is in force, its field and key in an Inventory, and where it is written."""

    ref: ObjectRef
    table: str
    key: Any
    value: Readable
    place: Place


class ChunkReading(NamedTuple):
    """What a chunk's text holds, wherever it stands."""

    objects: tuple[tuple[int, Decoded], ...]
    error: InvalidYaml | None = None


class FileReading(NamedTuple):
    """What a file holds: objects in their order, verdicts with their places, and its chunks."""

    entries: tuple[Entry, ...] = ()
    verdicts: tuple[tuple[Verdict, Place | None], ...] = ()
    chunks: Mapping[str, ChunkReading] = {}


def read_file(
    file: str, text: str, *, namespace: str, previous: FileReading | None = None
) -> FileReading:
    """Read a file's text; ``previous`` is what the same file held before.

    Objects of chunks that did not change are the same objects.
    """
    known = previous.chunks if previous else {}
    read: dict[str, ChunkReading] = {}
    parts: list[tuple[Chunk, ChunkReading]] = []
    for chunk in chunks(text):
        reading = known.get(chunk.text) or _read_chunk(chunk.text, namespace)
        read[chunk.text] = reading
        parts.append((chunk, reading))
    verdicts = tuple(_verdicts(file, parts))
    if previous and previous.entries and any(reading.error for _, reading in parts):
        return FileReading(previous.entries, verdicts, read)
    good = {entry.ref: entry for entry in previous.entries} if previous else {}
    return FileReading(tuple(_entries(file, parts, good)), verdicts, read)


def _read_chunk(text: str, namespace: str) -> ChunkReading:
    try:
        found = documents(text)
    except InvalidYaml as error:
        return ChunkReading((), error)
    return ChunkReading(
        tuple(
            (index, decoded)
            for index, document in enumerate(found)
            for decoded in decode(document, namespace)
        )
    )


def _entries(
    file: str, parts: list[tuple[Chunk, ChunkReading]], good: Mapping[ObjectRef, Entry]
) -> Iterator[Entry]:
    for chunk, reading in parts:
        for index, (ref, value, _, path) in reading.objects:
            if ref is None:
                continue
            if value is not None:
                place = Place(file, chunk, index, path)
                yield Entry(ref, KINDS[ref.kind].table, key_of(ref), value, place)
            elif ref in good:
                yield good[ref]


def _verdicts(
    file: str, parts: list[tuple[Chunk, ChunkReading]]
) -> Iterator[tuple[Verdict, Place | None]]:
    for chunk, reading in parts:
        if reading.error:
            yield _invalid_yaml(file, chunk, reading.error), None
        for index, decoded in reading.objects:
            place = Place(file, chunk, index, decoded.path)
            for problem in decoded.problems:
                if decoded.ref is not None:
                    yield problem.about(decoded.ref), place
                else:
                    # Nothing tells such objects apart but their lines.
                    line = place.location(problem.field).line or 1
                    yield problem._replace(field=(line,)).about(file_ref(file)), None


def _invalid_yaml(file: str, chunk: Chunk, error: InvalidYaml) -> Verdict:
    line = chunk.line + error.line
    return verdict(
        file_ref(file),
        Reason.INVALID_YAML,
        message=f"{file} cannot be parsed at line {line}, column {error.column}: {error.message}",
        mend=_MEND_YAML,
        field=(line, error.column),
    )
