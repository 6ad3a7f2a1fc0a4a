"""One AccessRecord per request, and who is told of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class AccessRecord:
    """What is known of a request, and by its end all that the log says of it.

    ``at`` is when its head was read (``moment``), ``duration`` and ``upstream_duration`` (the time
    to the response head) in seconds. Text is as the client wrote it, but bytes that are no UTF-8
    are escaped; ``target`` is the path as it was matched, with its query. ``failure`` is the token
    of ``proxy.failures``, empty where all went well. ``upstream`` is for the log only.
    """

    __slots__ = (
        "at",
        "bytes_in",
        "bytes_out",
        "client",
        "duration",
        "failed_tries",
        "failure",
        "generation",
        "host",
        "ingress",
        "method",
        "referer",
        "request_id",
        "scheme",
        "service",
        "status",
        "target",
        "tries",
        "upstream",
        "upstream_duration",
        "user_agent",
        "version",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing that is known at the beginning
        self,
        at: str,
        request_id: str,
        client: str,
        scheme: str,
        method: str = "-",
        host: str = "-",
        target: str = "-",
        version: str = "1.1",
        referer: str = "",
        user_agent: str = "",
        generation: int = 0,
    ) -> None:
        self.at = at
        self.request_id = request_id
        self.client = client
        self.scheme = scheme
        self.method = method
        self.host = host
        self.target = target
        self.version = version
        self.referer = referer
        self.user_agent = user_agent
        self.generation = generation
        self.ingress = self.service = self.upstream = self.failure = ""
        self.status = self.bytes_in = self.bytes_out = self.tries = 0
        self.duration = 0.0
        self.upstream_duration: float | None = None
        self.failed_tries: tuple[str, ...] = ()


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
