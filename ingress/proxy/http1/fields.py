"""Reads heads (RFC 9112 §2.1, §5): what they must look like, what goes on, what means something.

The same for both sides, since a line that two readers could read differently is as bad in either.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from ingress.model.memory import Memory
from ingress.model.messages import MEANINGFUL, Known, field_key
from ingress.proxy.http1.messages import BLANK_LINE

MAX_NAMES: Final = 4096
"""Names that are remembered; then all are forgotten, and learnt anew as they come."""

_TOKEN: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TEXT: Final = bytes({*b"\t", *range(0x20, 0x7F), *range(0x80, 0x100)})
_CRLF: Final = b"\r\n"

_REQUEST_LINE: Final = re.compile(
    b"(" + _TOKEN.pattern + rb") ([!\"$-~]+) HTTP/1\.([01])"  # no fragment (RFC 9112 §3.2)
)

RequestLine: TypeAlias = tuple[str, str, tuple[int, int], bool]
"""Method, target, version, and whether the target is nothing but a path in its normal form."""


class Head:
    """A head that was read to the letter; nothing of it changes.

    ``start`` is its first line, ``count`` how many fields there are, ``kept`` those that go on as
    they were written (each line with its end), ``known`` the values of those that are wanted,
    ``repeated`` whether one of them came more than once, ``size`` the head's length in bytes, its
    blank line included.
    """

    __slots__ = ("count", "kept", "known", "repeated", "size", "start")

    def __init__(self, start: bytes, *, count: int, kept: bytes, known: Known, size: int) -> None:
        self.start = start
        self.count = count
        self.kept = kept
        self.known = known
        self.repeated = any(len(values) > 1 for values in known.values())
        self.size = size


class Sieve:
    """What is taken from heads, by the keys of their fields (``model.messages.field_key``).

    Of those that are ``wanted`` the values are told, of those that are ``noted`` only that they are
    there; those that are ``dropped`` do not go on.
    """

    def __init__(
        self,
        *,
        wanted: AbstractSet[str] = MEANINGFUL,
        noted: AbstractSet[str] = frozenset(),
        dropped: AbstractSet[str] = frozenset(),
    ) -> None:
        self.wanted: Final = wanted
        self.noted: Final = noted
        self.dropped: Final = dropped


def read_request_line(line: bytes) -> RequestLine | None:
    """Read a request line (RFC 9112 §3), ``None`` where it is not to the letter."""
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        return None
    target = match[2].decode()
    odd = target[0] != "/" or "?" in target or "%" in target or "/." in target
    return match[1].decode(), target, (1, int(match[3])), not odd


def read_head(data: bytes, sieve: Sieve) -> Head | None:
    """Read the head that begins here; ``None`` where it is not whole, or not to the letter.

    That is: a bare CR or LF, a control character, a name that is none. What is folded (§5.2)
    begins with white space, and so with no name.
    """
    size = data.find(BLANK_LINE) + len(BLANK_LINE)
    head = data[:size]
    wanted, noted, dropped = sieve.wanted, sieve.noted, sieve.dropped
    lines = head[: -len(BLANK_LINE)].split(_CRLF)
    # What is left without all text must be the line ends, and no other CR or LF.
    if size < len(BLANK_LINE) or head.translate(None, _TEXT) != _CRLF * (len(lines) + 1):
        return None
    start = lines.pop(0)
    kept: list[bytes] = []
    known: dict[str, list[bytes]] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        key: str | None = _keys.of(name)
        if key is None or not colon:
            return None
        if key in wanted:
            known.setdefault(key, []).append(value.strip(b" \t"))
        elif key in noted:
            known[key] = []
        if key not in dropped:
            kept.append(line)
    if len(kept) == len(lines):
        going = head[len(start) + 2 : -2]
    else:
        kept.append(b"")
        going = _CRLF.join(kept)
    return Head(start, count=len(lines), kept=going, known=known, size=size)


def _key(name: bytes) -> str | None:
    """Return a name's key, ``None`` where it is no token (RFC 9110 §5.6.2)."""
    return field_key(name) if _TOKEN.fullmatch(name) else None


_keys: Final = Memory(_key, most=MAX_NAMES)
