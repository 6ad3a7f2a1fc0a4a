"""Every client connection, and the lane that each of its requests takes."""

import asyncio
import contextlib
from typing import Final, cast

from ingress.model.messages import Peer
from ingress.policies import PublicPorts, dropped_from, is_trusted
from ingress.proxy.admission import Admission, Fixtures
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.express import ExpressLane
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.full import FullLane
from ingress.proxy.http1 import Sieve
from ingress.proxy.outlet import Turn
from ingress.proxy.room import TURNED_AWAY, Room
from ingress.settings import ProxySettings

LINGERING: Final = 64
"""Clients that are turned away are read on for a moment, so that the answer is not taken back
from those who have asked already; from so many at once on, they are just closed."""

_OF_STRANGERS: Final = Sieve(dropped=dropped_from(trusted=False))
_OF_TRUSTED: Final = Sieve(dropped=dropped_from(trusted=True))


class Lanes:
    """Stands behind every Gate: counts them, hands requests to a lane, refuses, drains.

    Who comes in clear text where there is no room is turned away here, unread.
    """

    def __init__(self, settings: ProxySettings, fixtures: Fixtures, *, room: Room) -> None:
        self.settings = settings
        self.turn = Turn(asyncio.get_running_loop())
        self._room = room
        self._fixtures = fixtures
        self._admission = Admission(settings, fixtures)
        self._express = ExpressLane(settings, fixtures, self._admission)
        self._full = FullLane(settings, fixtures, self._admission)
        # See downstream.carrier.Lane.
        self.begin = self._express.begin if settings.lanes == "both" else self._full.begin
        self._gates: set[Gate] = set()
        self._turned_away: set[Gate] = set()  # some of them
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def ports(self) -> PublicPorts:
        """The ports that clients see."""
        return self._admission.ports

    @ports.setter
    def ports(self, ports: PublicPorts) -> None:
        self._admission.ports = ports

    def gate(self, peer: Peer) -> asyncio.Protocol:
        """Return the protocol of a new connection, a Gate."""
        return cast("asyncio.Protocol", Gate(self, peer))

    def sieve(self, peer: Peer) -> Sieve:
        """See downstream.carrier.Lane."""
        trusted = is_trusted(peer, self.settings.trusted_proxies)
        return _OF_TRUSTED if trusted else _OF_STRANGERS

    def opened(self, gate: Gate) -> None:
        """See downstream.carrier.Lane."""
        # The acceptor has let in whoever speaks TLS.
        turned_away = not gate.peer.tls and self._room.full
        self._gates.add(gate)
        gate.draining = self._draining  # a handshake may outlast the order to drain
        self._empty.clear()
        if turned_away:
            self._turn_away(gate)
        else:
            self._count()

    def closed(self, gate: Gate, exc: Exception | None) -> None:
        """See downstream.carrier.Lane."""
        self._gates.discard(gate)
        self._turned_away.discard(gate)
        self._count()
        self._full.closed(gate, exc)
        if not self._gates:
            self._empty.set()

    def refuse(self, gate: Gate, failure: Failure) -> bytes:
        """See downstream.carrier.Lane."""
        if failure.kind is FailureKind.CROWDED:
            return TURNED_AWAY
        record, answer = self._admission.refused(gate, failure)
        self._fixtures.recorder.add(record)
        return answer.encode()

    def drain(self) -> None:
        """Have every connection closed behind what is in flight; ``over()`` waits for that.

        Idle connections may bring one more request; responses that begin now announce the close.
        """
        self._draining = True
        for gate in list(self._gates):
            gate.drain()

    async def over(self, seconds: float) -> None:
        """Wait until no connection is left; cut off those that take longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        for gate in list(self._gates):
            gate.abort()
        await asyncio.sleep(0)

    def _turn_away(self, gate: Gate) -> None:
        self._room.turn_away()
        self._turned_away.add(gate)
        if len(self._turned_away) <= LINGERING:
            gate.refuse(Failure(FailureKind.CROWDED))
        else:
            gate.write(TURNED_AWAY)
            gate.close()

    def _count(self) -> None:
        self._fixtures.metrics.connections = len(self._gates) - len(self._turned_away)
