"""Snapshot <-> bytes for the process boundary, and a redacted dump for people and golden tests.

What crosses the boundary is a Publication: a generation, and the delta from the generation that
the worker already holds (from the empty Snapshot, where it holds none). What comes back is
Applied or Refused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from ingress.model.differing import differing
from ingress.model.edited import Edited
from ingress.model.secret import REDACTED, SecretBytes
from ingress.model.snapshot import Backend, Certificate, Host, Route, ServerName, Snapshot

V = TypeVar("V")

NO_GENERATION = 0
"""The base of a Publication that holds everything; generations start at 1."""


class MapDelta(Struct, frozen=True, array_like=True):
    """What to set and what to drop in one of a Snapshot's maps."""

    changed: Mapping[str, Any]
    dropped: tuple[str, ...] = ()


class _HostDelta(MapDelta, frozen=True, array_like=True):
    changed: Mapping[str, Host]


class _BackendDelta(MapDelta, frozen=True, array_like=True):
    changed: Mapping[str, Backend]


class _CertificateDelta(MapDelta, frozen=True, array_like=True):
    changed: Mapping[str, Certificate]


class _ServerNameDelta(MapDelta, frozen=True, array_like=True):
    changed: Mapping[str, ServerName]


class Delta(Struct, frozen=True, kw_only=True):
    """The way from one Snapshot to the next; the small parts are always whole."""

    hosts: _HostDelta
    backends: _BackendDelta
    certificates: _CertificateDelta
    server_names: _ServerNameDelta
    default_certificate: str
    fallback: Route | None
    default_backend: Route | None


class Publication(Struct, frozen=True, kw_only=True):
    """Control to worker: make ``generation`` out of ``base``."""

    generation: int
    base: int
    delta: Delta


class Applied(Struct, frozen=True, tag=True):
    """Worker to control: this generation is being served."""

    generation: int


class Refused(Struct, frozen=True, tag=True):
    """Worker to control: this generation could not be built; the old one goes on serving."""

    generation: int
    message: str


Acknowledgement: TypeAlias = Applied | Refused


def diff(old: Snapshot, new: Snapshot) -> Delta:
    """Return what leads from one Snapshot to another; shared values cost one comparison."""
    return Delta(
        hosts=_HostDelta(*_changes(old.hosts, new.hosts)),
        backends=_BackendDelta(*_changes(old.backends, new.backends)),
        certificates=_CertificateDelta(*_changes(old.certificates, new.certificates)),
        server_names=_ServerNameDelta(*_changes(old.server_names, new.server_names)),
        default_certificate=new.default_certificate,
        fallback=new.fallback,
        default_backend=new.default_backend,
    )


def patch(old: Snapshot, delta: Delta) -> Snapshot:
    """Apply a delta; what did not change is shared with ``old``."""
    return Snapshot(
        hosts=_patched(old.hosts, delta.hosts),
        backends=_patched(old.backends, delta.backends),
        certificates=_patched(old.certificates, delta.certificates),
        server_names=_patched(old.server_names, delta.server_names),
        default_certificate=delta.default_certificate,
        fallback=delta.fallback,
        default_backend=delta.default_backend,
    )


def is_empty(delta: Delta, *, since: Snapshot) -> bool:
    """Tell whether a delta changes nothing of the Snapshot it starts from."""
    maps = (delta.hosts, delta.backends, delta.certificates, delta.server_names)
    small = (delta.default_certificate, delta.fallback, delta.default_backend)
    return not any(part.changed or part.dropped for part in maps) and small == (
        since.default_certificate,
        since.fallback,
        since.default_backend,
    )


def _changes(old: Mapping[str, V], new: Mapping[str, V]) -> tuple[dict[str, V], tuple[str, ...]]:
    changed: dict[str, V] = {}
    dropped: list[str] = []
    for key in differing(old, new):
        if key not in new:
            dropped.append(key)
        elif key not in old or old[key] != new[key]:
            changed[key] = new[key]
    return changed, tuple(sorted(dropped))


def _patched(old: Mapping[str, V], delta: MapDelta) -> Mapping[str, V]:
    if not delta.changed and not delta.dropped:
        return old
    return Edited(old, {**delta.changed, **dict.fromkeys(delta.dropped)})


def encode_publication(publication: Publication) -> bytes:
    """Encode for the worker's socket, private keys included: never write this to a log or disk."""
    return _UNSORTED.encode(publication)


def decode_publication(data: bytes) -> Publication:
    """Decode what ``encode_publication`` made; raises msgspec.DecodeError on anything else."""
    return _PUBLICATIONS.decode(data)


def encode_acknowledgement(acknowledgement: Acknowledgement) -> bytes:
    """Encode a worker's answer."""
    return _WIRE.encode(acknowledgement)


def decode_acknowledgement(data: bytes) -> Acknowledgement:
    """Decode a worker's answer; raises msgspec.DecodeError on anything else."""
    return _ACKNOWLEDGEMENTS.decode(data)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the canonical bytes of a Snapshot, private keys included; equal ones are equal."""
    return _WIRE.encode(snapshot)


def decode_snapshot(data: bytes) -> Snapshot:
    """Decode what ``encode_snapshot`` made; raises msgspec.DecodeError on anything else."""
    return _SNAPSHOTS.decode(data)


def dump(value: Any) -> bytes:
    """Return indented, sorted JSON for people, with every secret redacted."""
    return msgspec.json.format(_DUMP.encode(value), indent=2)


def to_wire(value: Any) -> Any:
    """Encode what msgspec cannot, secrets as they are: the hook of encoders for the boundary."""
    if isinstance(value, SecretBytes):
        return value.reveal()
    return _plain(value)


def _to_dump(value: Any) -> Any:
    if isinstance(value, SecretBytes):
        return REDACTED
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no encoding")


def from_wire(kind: type, value: Any) -> Any:
    """Decode what ``to_wire`` encoded: the hook of decoders at the other side."""
    if kind is SecretBytes and isinstance(value, bytes):
        return SecretBytes(value)
    raise TypeError(f"{kind.__name__} has no decoding")


_WIRE = Encoder(enc_hook=to_wire, order="deterministic")
_UNSORTED = Encoder(enc_hook=to_wire)  # nobody compares what crosses the boundary
_DUMP = msgspec.json.Encoder(enc_hook=_to_dump, order="sorted")
_PUBLICATIONS = Decoder(Publication, dec_hook=from_wire)
_ACKNOWLEDGEMENTS: msgspec.msgpack.Decoder[Acknowledgement] = msgspec.msgpack.Decoder(
    Acknowledgement
)
_SNAPSHOTS = Decoder(Snapshot, dec_hook=from_wire)
