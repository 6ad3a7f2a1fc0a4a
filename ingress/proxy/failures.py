"""What can go wrong with a request, as one closed list, and what we answer then.

The only place that turns a failure into a status and a log token. Foreign exceptions (OSError,
ssl.SSLError) become Failures in ``ingress.proxy.upstream`` and travel no further.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Side(StrEnum):
    """Whose doing it was."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    LOCAL = "local"


class Retry(StrEnum):
    """What a second try could mend, if the request allows one (``balancer.next_try``)."""

    NEVER = "never"
    OTHER_ENDPOINT = "other-endpoint"
    NEW_CONNECTION = "new-connection"


class FailureKind(StrEnum):
    """Every way in which a request fails; the value is the token in the access log and metrics."""

    # upstream, before anything was sent
    REFUSED = "upstream-refused"
    UNREACHABLE = "upstream-unreachable"
    UNRESOLVED = "upstream-unresolved"
    CONNECT_TIMEOUT = "upstream-connect-timeout"
    # upstream, during the exchange
    STALE = "upstream-stale"
    RESET = "upstream-reset"
    CLOSED = "upstream-closed"
    BROKEN = "upstream-broken"
    READ_TIMEOUT = "upstream-read-timeout"
    SEND_TIMEOUT = "upstream-send-timeout"
    # local
    NO_ENDPOINTS = "no-endpoints"
    INTERNAL = "internal"
    CROWDED = "too-many-connections"
    # downstream
    BAD_REQUEST = "bad-request"
    REQUEST_TIMEOUT = "request-timeout"
    BODY_TOO_LARGE = "body-too-large"
    TARGET_TOO_LONG = "target-too-long"
    HEADER_TOO_LARGE = "header-too-large"
    BAD_EXPECTATION = "bad-expectation"
    NOT_CARRIED = "not-carried"
    BAD_VERSION = "bad-version"
    CLIENT_GONE = "client-gone"


class Meaning(NamedTuple):
    """What a kind of failure means.

    ``status`` is what the client is told while no response head is out; 499 is told to nobody,
    it is only logged (nginx's word for a client that left).
    """

    side: Side
    status: int
    retryable: Retry = Retry.NEVER


_UP, _DOWN = Side.UPSTREAM, Side.DOWNSTREAM

UNSENT: Final = frozenset(
    (
        FailureKind.REFUSED,
        FailureKind.UNREACHABLE,
        FailureKind.UNRESOLVED,
        FailureKind.CONNECT_TIMEOUT,
    )
)
"""The failures before anything was sent: whatever the request, nobody has acted on it."""

MEANINGS: Mapping[FailureKind, Meaning] = {
    FailureKind.REFUSED: Meaning(_UP, 502, Retry.OTHER_ENDPOINT),
    FailureKind.UNREACHABLE: Meaning(_UP, 502, Retry.OTHER_ENDPOINT),
    FailureKind.UNRESOLVED: Meaning(_UP, 502, Retry.OTHER_ENDPOINT),
    FailureKind.CONNECT_TIMEOUT: Meaning(_UP, 504, Retry.OTHER_ENDPOINT),
    # A reused connection that closed before the first response byte: the keep-alive race.
    FailureKind.STALE: Meaning(_UP, 502, Retry.NEW_CONNECTION),
    # A pod that dies takes its connections with it, answered or not.
    FailureKind.RESET: Meaning(_UP, 502, Retry.OTHER_ENDPOINT),
    FailureKind.CLOSED: Meaning(_UP, 502, Retry.OTHER_ENDPOINT),
    FailureKind.BROKEN: Meaning(_UP, 502),
    FailureKind.READ_TIMEOUT: Meaning(_UP, 504),
    FailureKind.SEND_TIMEOUT: Meaning(_UP, 504),
    FailureKind.NO_ENDPOINTS: Meaning(Side.LOCAL, 503),
    FailureKind.INTERNAL: Meaning(Side.LOCAL, 500),
    FailureKind.CROWDED: Meaning(Side.LOCAL, 503),
    FailureKind.BAD_REQUEST: Meaning(_DOWN, 400),
    FailureKind.REQUEST_TIMEOUT: Meaning(_DOWN, 408),
    FailureKind.BODY_TOO_LARGE: Meaning(_DOWN, 413),
    FailureKind.TARGET_TOO_LONG: Meaning(_DOWN, 414),
    FailureKind.HEADER_TOO_LARGE: Meaning(_DOWN, 431),
    FailureKind.BAD_EXPECTATION: Meaning(_DOWN, 417),
    FailureKind.NOT_CARRIED: Meaning(_DOWN, 501),
    FailureKind.BAD_VERSION: Meaning(_DOWN, 505),
    FailureKind.CLIENT_GONE: Meaning(_DOWN, 499),
}


class Failure(Exception):
    """A request failed; ``detail`` is for our log only, since it may name addresses."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind = kind
        self.detail = detail

    @property
    def side(self) -> Side:
        """Whose doing it was."""
        return MEANINGS[self.kind].side

    @property
    def status(self) -> int:
        """The status to answer while no response head is out."""
        return MEANINGS[self.kind].status

    @property
    def token(self) -> str:
        """The word for the access log and for metrics."""
        return self.kind.value

    @property
    def retryable(self) -> Retry:
        """What a second try could mend."""
        return MEANINGS[self.kind].retryable


def broken(detail: str) -> Failure:
    """Return the failure of an upstream that broke the rules of the wire."""
    return Failure(FailureKind.BROKEN, detail)
