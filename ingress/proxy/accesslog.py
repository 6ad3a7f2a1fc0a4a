"""The access log: one line a request, formatted and written by a thread in batches.

Nothing that a client sends can begin a line of its own or end a field: both formats escape.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from ingress.proxy.record import AccessRecord
from ingress.settings import AccessLog

FLUSH_SECONDS: Final = 0.2
BATCH: Final = 512
"""Records formatted at a time, in a fifth of a millisecond: so long the event loop waits."""
BREATH: Final = 0.0001
"""Seconds between two batches, in which the event loop gets the interpreter's lock; it is not
enough to let go of it, since who is awake has it back before who is woken."""
MAX_WAITING_LINES: Final = 100_000
"""Lines that wait for a slow reader of the log; those beyond are dropped and counted."""
MAX_WAITING_TEXT: Final = 64 * 1024 * 1024
"""Characters of clients' own in lines that wait, which would be our memory to fill otherwise."""
UNWEIGHED: Final = 1024
"""So many lines may wait whatever is in them: a log that is read has no more, most of the time."""

_UNSAFE: Final = re.compile(r"[^\x20-\x7e]|[\"\\]")
_JSON: Final = msgspec.json.Encoder()
# JSON allows these as they are, and some readers take them for line ends or act on them.
_UNSAFE_IN_JSON: Final = re.compile("[\x7f-\x9f\u2028\u2029]")


class Line(Struct, frozen=True, gc=False):
    """A line of ``--access-log json``: an AccessRecord, whose attributes these are."""

    at: str
    request_id: str
    client: str
    scheme: str
    method: str
    host: str
    target: str
    version: str
    referer: str
    user_agent: str
    generation: int
    ingress: str
    service: str
    status: int
    bytes_in: int
    bytes_out: int
    duration: float
    upstream: str
    upstream_duration: float | None
    tries: int
    failure: str
    failed_tries: tuple[str, ...]


def as_json_lines(records: Sequence[AccessRecord]) -> bytes:
    """Return the lines for ``--access-log json``."""
    lines = _JSON.encode_lines([_line(record) for record in records])
    if not lines.isascii() or b"\x7f" in lines:
        text = lines.decode()
        lines = _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    return lines


def _line(record: AccessRecord) -> Line:
    return Line(
        record.at,
        record.request_id,
        record.client,
        record.scheme,
        record.method,
        record.host,
        record.target,
        record.version,
        record.referer,
        record.user_agent,
        record.generation,
        record.ingress,
        record.service,
        record.status,
        record.bytes_in,
        record.bytes_out,
        record.duration,
        record.upstream,
        record.upstream_duration,
        record.tries,
        record.failure,
        record.failed_tries,
    )


def as_combined_lines(records: Sequence[AccessRecord]) -> bytes:
    """Return the lines for ``--access-log combined`` (Apache's format of that name)."""
    return b"".join(map(_as_combined, records))


def _as_combined(record: AccessRecord) -> bytes:
    when = datetime.fromisoformat(record.at).strftime("%d/%b/%Y:%H:%M:%S +0000")
    request = f"{record.method} {record.target} HTTP/{record.version}"
    fields = (
        _escape(record.client) or "-",
        "- -",
        f"[{when}]",
        f'"{_escape(request)}"',
        f"{record.status:03d}",
        str(record.bytes_out or "-"),
        f'"{_escape(record.referer) or "-"}"',
        f'"{_escape(record.user_agent) or "-"}"',
    )
    return " ".join(fields).encode() + b"\n"


def _escape(text: str) -> str:
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _text_of(record: AccessRecord) -> int:
    """Return how long those texts are that may be of any length."""
    texts = (record.method, record.target, record.referer, record.user_agent)
    return sum(map(len, texts))


class Output(Protocol):
    """Where lines go: takes all of them, or raises OSError or ValueError."""

    def write(self, data: bytes, /) -> object:
        """Write whole lines, each with its end."""


class AccessLogWriter:
    """Formats and writes in a thread of its own, so a full pipe stops nobody."""

    def __init__(self, form: AccessLog, output: Output) -> None:
        self.dropped = 0
        self._format = as_combined_lines if form == "combined" else as_json_lines
        self._off = form == "off"
        self._output = output
        self._text = 0
        self._records: deque[AccessRecord] = deque()  # appending and popping are atomic
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="access log", daemon=True)
        if not self._off:
            self._thread.start()

    def add(self, record: AccessRecord) -> None:
        """Take note of a request."""
        if self._off:
            return
        waiting = len(self._records)
        if waiting >= UNWEIGHED:
            self._text += _text_of(record)
        if waiting >= MAX_WAITING_LINES or self._text > MAX_WAITING_TEXT:
            self.dropped += 1
            return
        self._records.append(record)

    def close(self, *, timeout: float = 1.0) -> None:
        """Write what is left; gives up after ``timeout`` seconds where nobody reads."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closed.wait(FLUSH_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        left = count = len(self._records)
        batches: list[bytes] = []
        while left:
            size = min(left, BATCH)
            batches.append(self._format([self._records.popleft() for _ in range(size)]))
            left -= size
            if left:
                time.sleep(BREATH)
        self._text = 0
        if not batches:
            return
        try:
            self._output.write(b"".join(batches))
        except (OSError, ValueError):
            # Whoever read the log is gone; requests are served all the same.
            self.dropped += count
