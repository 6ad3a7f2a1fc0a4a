"""What control process and worker tell each other, and its encoding.

Control to worker: Setup, once and first; then Publish, Report and Drain. Worker to control: Alive,
again and again; Acknowledged for each Publish; Reported for each Report. Either side's end of the
stream is the end of the worker.
"""

import ipaddress
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder
from msgspec.structs import asdict

from ingress.model.codec import from_wire, to_wire
from ingress.model.snapshot import Certificate
from ingress.proxy.counts import Counts
from ingress.settings import ProxySettings

HEARTBEAT: Final = 1.0
"""Seconds from one Alive to the next."""


class Setup(Struct, frozen=True, kw_only=True):
    """What a worker has to know before anything else.

    ``number`` counts workers from 0. ``http``, ``https`` (listening sockets) and ``turnstile``
    (see ``worker.output``) are descriptors that it inherited.
    """

    number: int
    http: tuple[int, ...]
    https: tuple[int, ...]
    turnstile: int
    fallback: Certificate
    proxy: dict[str, Any]

    def settings(self) -> ProxySettings:
        """Return the ProxySettings that ``describe`` described."""
        networks = tuple(map(ipaddress.ip_network, self.proxy["trusted_proxies"]))
        return ProxySettings(**self.proxy | {"trusted_proxies": networks})


class Publish(Struct, frozen=True, tag=True):
    """Control to worker: an encoded Publication (``model.codec``)."""

    publication: bytes


class Report(Struct, frozen=True, tag=True):
    """Control to worker: say what you have counted."""


class Drain(Struct, frozen=True, tag=True):
    """Control to worker: finish what is in flight, accept nothing new, and end."""


class Alive(Struct, frozen=True, tag=True):
    """Worker to control: my event loop turns."""


class Acknowledged(Struct, frozen=True, tag=True):
    """Worker to control: the encoded Acknowledgement of a Publish, in the order they came in."""

    acknowledgement: bytes


class Reported(Struct, frozen=True, tag=True):
    """Worker to control: the answer to a Report."""

    counts: Counts


Order: TypeAlias = Publish | Report | Drain
Answer: TypeAlias = Alive | Acknowledged | Reported


def describe(settings: ProxySettings) -> dict[str, Any]:
    """Return the settings as ``Setup.proxy``; msgspec knows no networks."""
    return asdict(settings) | {"trusted_proxies": [str(it) for it in settings.trusted_proxies]}


def encode(message: Setup | Order | Answer) -> bytes:
    """Encode, private keys included: this goes to the other end of the socket, and nowhere else."""
    return _ENCODER.encode(message)


def decode_setup(data: bytes) -> Setup:
    """Decode the first message to a worker; raises msgspec.DecodeError."""
    return _SETUPS.decode(data)


def decode_order(data: bytes) -> Order:
    """Decode a later one; raises msgspec.DecodeError."""
    return _ORDERS.decode(data)


def decode_answer(data: bytes) -> Answer:
    """Decode what a worker says; raises msgspec.DecodeError."""
    return _ANSWERS.decode(data)


_ENCODER: Final = Encoder(enc_hook=to_wire)
_SETUPS: Final = Decoder(Setup, dec_hook=from_wire)
_ORDERS: Final[msgspec.msgpack.Decoder[Order]] = msgspec.msgpack.Decoder(Order)
_ANSWERS: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)
