"""Synchronous decisions: which endpoint takes a request, and whether a failed try is repeated."""

from bisect import bisect_right
from collections.abc import Collection, Container
from typing import Final

from ingress.model.snapshot import Affinity, Backend, Endpoint
from ingress.policies.affinity import pick_by_client
from ingress.proxy.failures import UNSENT, Failure, FailureKind, Retry

MAX_TRIES: Final = 10
"""Of pods that were replaced, each may have to be met before one that lives is."""
MAX_SLOW_TRIES: Final = 3

_SLOW: Final = frozenset((FailureKind.CONNECT_TIMEOUT, FailureKind.UNREACHABLE))

_CLIENT_IP: Final = Affinity.CLIENT_IP  # an Enum is slow to look a member up
_IDEMPOTENT: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))


class _Rotation:
    """Where a backend's turns are: the place of the endpoint that was chosen last."""

    __slots__ = ("at", "endpoints")

    def __init__(self, endpoints: tuple[Endpoint, ...], at: int) -> None:
        self.endpoints = endpoints
        self.at = at


class Balancer:
    """Chooses endpoints; its state is per ``Backend.key`` and outlives every swap.

    The state of a backend is the endpoint that was chosen last. Its turn passes to the next one
    in the sorted order, which means something even where endpoints have come or gone. Workers take
    turns each for itself; a different ``start`` for each keeps the first endpoints from getting
    the odd request of all of them.
    """

    def __init__(self, *, start: int = 0) -> None:
        self._start = start
        self._rotations: dict[str, _Rotation] = {}

    def choose(self, backend: Backend, client: str) -> Endpoint | None:
        """Return the endpoint for a request, or ``None`` where there is none.

        ``client`` is the client's address (``Identity.client``), for ``sessionAffinity: ClientIP``:
        it gets the endpoint that ranks highest for it.
        """
        return self._of(backend.endpoints, backend, client)

    def choose_another(
        self, backend: Backend, client: str, *, tried: Collection[Endpoint]
    ) -> Endpoint | None:
        """Return the endpoint for a request that failed on those that were tried."""
        left = tuple(endpoint for endpoint in backend.endpoints if endpoint not in tried)
        return self._of(left, backend, client)

    def retain(self, keys: Container[str]) -> None:
        """Forget the turns of backends that are gone."""
        for key in [key for key in self._rotations if key not in keys]:
            del self._rotations[key]

    def _of(
        self, endpoints: tuple[Endpoint, ...], backend: Backend, client: str
    ) -> Endpoint | None:
        if not endpoints:
            return None
        if backend.affinity is _CLIENT_IP:
            return pick_by_client(client, endpoints)
        key = backend.key
        rotation = self._rotations.get(key)
        if rotation is None:
            rotation = self._rotations[key] = _Rotation(endpoints, self._start)
        elif rotation.endpoints is endpoints:
            rotation.at += 1
        else:
            rotation.at = bisect_right(endpoints, rotation.endpoints[rotation.at])
            rotation.endpoints = endpoints
        rotation.at %= len(endpoints)
        return endpoints[rotation.at]


def is_idempotent(method: str) -> bool:
    """Tell whether a request may be repeated (RFC 9110 §9.2.2)."""
    return method in _IDEMPOTENT


def next_try(failure: Failure, *, method: str, body_consumed: bool, tries: int) -> Retry:
    """Decide what follows a failure; ``tries`` counts those already made.

    ``body_consumed`` tells whether any of the request's body was read from the client: those
    bytes are gone, so nothing is repeated then.
    """
    limit = MAX_SLOW_TRIES if failure.kind in _SLOW else MAX_TRIES
    if tries >= limit or body_consumed:
        return Retry.NEVER
    if failure.kind not in UNSENT and not is_idempotent(method):
        return Retry.NEVER
    return failure.retryable
