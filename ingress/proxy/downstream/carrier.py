"""What a Gate expects of the lanes behind it."""

from typing import TYPE_CHECKING, Final, Protocol, cast

from ingress.model.messages import Peer, Trailers
from ingress.proxy.failures import Failure
from ingress.proxy.http1 import Sieve
from ingress.proxy.outlet import Turn
from ingress.settings import ProxySettings

if TYPE_CHECKING:
    from ingress.proxy.downstream.gate import Gate


class Carrier(Protocol):
    """Who serves the request in flight; the event loop calls these, so none of them raises.

    It hears of the request's body to its end, also of one that the response did not wait for.
    """

    def body_received(self, data: bytes) -> None:
        """Take a piece of the body."""

    def body_ended(self, trailers: Trailers) -> None:
        """Take note that the body is whole, if there is one."""

    def body_broken(self, failure: Failure) -> None:
        """Take note that the rest of the body breaks the rules of the wire."""

    def client_full(self) -> None:
        """Write no more for now: the client is slow to read."""

    def client_ready(self) -> None:
        """Write on."""

    def client_too_late(self) -> None:
        """Take note that the time is up that ``Gate.expect`` gave."""

    def client_left(self) -> None:
        """Take note that the connection is gone."""


NOBODY: Final = cast("Carrier", None)
"""In place of a Carrier behind a connection's end. A Carrier knows its Gate: each would keep the
other until the garbage collector comes."""


class Lane(Protocol):
    """What stands behind a Gate."""

    settings: ProxySettings
    turn: Turn

    def sieve(self, peer: Peer) -> Sieve:
        """Return what to take from the heads of a peer's requests."""

    def opened(self, gate: "Gate") -> None:
        """Take note of a new connection."""

    def closed(self, gate: "Gate", exc: Exception | None) -> None:
        """Take note that a connection is gone."""

    def refuse(self, gate: "Gate", failure: Failure) -> bytes:
        """Record a request that never reached the lane; return the whole answer to it."""

    def begin(self, gate: "Gate") -> None:
        """Serve ``gate.request``; names its Carrier first (``gate.carrier``)."""
