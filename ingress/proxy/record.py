"""One AccessRecord per request, and who is told of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from msgspec import Struct


class AccessRecord(Struct, kw_only=True):
    """What is known of a request once it is over.

    ``at`` is when its head was read (``moment``), ``duration`` and ``upstream_duration`` (the time
    to the response head) in seconds. Text is as the client wrote it, but bytes that are no UTF-8
    are escaped; ``target`` is the path as it was matched, with its query. ``failure`` is the token
    of ``proxy.failures``, empty where all went well. ``upstream`` is for the log only.
    """

    at: str
    request_id: str
    client: str
    scheme: str
    method: str = "-"
    host: str = "-"
    target: str = "-"
    version: str = "1.1"
    referer: str = ""
    user_agent: str = ""
    generation: int = 0
    ingress: str = ""
    service: str = ""
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    duration: float = 0.0
    upstream: str = ""
    upstream_duration: float | None = None
    tries: int = 0
    failure: str = ""
    failed_tries: tuple[str, ...] = ()


def moment(at: int) -> str:
    """Return milliseconds since the epoch as text: RFC 3339, UTC."""
    second, milliseconds = divmod(at, 1000)
    return f"{_second(second)}.{milliseconds:03}Z"


@lru_cache(maxsize=1)
def _second(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}"


class Listener(Protocol):
    """Who is told of requests: the access log, the metrics."""

    def add(self, record: AccessRecord) -> None:
        """Take note; called in the event loop, so it neither blocks nor raises."""


class Recorder:
    """Hands each record to everybody who listens; ``clock`` is in seconds since the epoch."""

    def __init__(self, *listeners: Listener, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._listeners = listeners
        self._milliseconds, self._moment = -1, ""

    def now(self) -> str:
        """Return the time for a record that begins."""
        milliseconds = int(self._clock() * 1000)
        if milliseconds != self._milliseconds:
            self._milliseconds, self._moment = milliseconds, moment(milliseconds)
        return self._moment

    def add(self, record: AccessRecord) -> None:
        """Tell everybody of a request that is over."""
        for listener in self._listeners:
            listener.add(record)
