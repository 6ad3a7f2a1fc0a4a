"""What both lanes and the policies know of a request: who sent it, and its head."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import product
from typing import Final, NamedTuple, TypeAlias

from ingress.model.memory import Memory

Trailers: TypeAlias = list[tuple[bytes, bytes]]
"""Names as written, values without surrounding white space."""


Known: TypeAlias = Mapping[str, list[bytes]]
"""The values of the fields that mean something to us, by their keys (``field_key``)."""


def with_doubles(names: Iterable[str]) -> frozenset[str]:
    """Return names, and all that CGI and WSGI cannot tell from them: an underscore for a hyphen.

    Whoever drops a field has to drop its doubles, or a stranger's would pass for ours.
    """
    parts = (name.split("-") for name in names)
    joints = ((part, product("-_", repeat=len(part) - 1)) for part in parts)
    return frozenset(
        part[0] + "".join(map("".join, zip(joint, part[1:], strict=True)))
        for part, ways in joints
        for joint in ways
    )


# All others are passed on without a look.
MEANINGFUL: Final = with_doubles(
    "accept connection content-length content-location content-range content-type date etag "
    "expect forwarded host http2-settings keep-alive max-forwards proxy-authenticate "
    "proxy-authorization proxy-connection referer sec-websocket-key1 server te "
    "transfer-encoding upgrade user-agent x-forwarded-for x-forwarded-host x-forwarded-port "
    "x-forwarded-proto x-forwarded-scheme x-original-forwarded-for x-real-ip x-request-id "
    "x-scheme".split()
)
_KEYS: Final = {key.encode(): key for key in MEANINGFUL}


def field_key(name: bytes) -> str:
    """Return a field's name in lower case, empty where it means nothing to us."""
    return _KEYS.get(name.lower(), "")


def known_of(fields: Iterable[tuple[bytes, bytes]]) -> Known:
    """Return what of the fields, names and values, means something to us."""
    known: dict[str, list[bytes]] = {}
    for name, value in fields:
        key = field_key(name)
        if key:
            known.setdefault(key, []).append(value)
    return known


class Options:
    """What a Connection field says (RFC 9110 §7.6.1); ``fields`` are all others that it names.

    Those are in lower case, and end at this hop.
    """

    __slots__ = ("close", "fields", "keep_alive", "upgrade")

    def __init__(self, said: AbstractSet[bytes]) -> None:
        self.close: Final = b"close" in said
        self.keep_alive: Final = b"keep-alive" in said
        self.upgrade: Final = b"upgrade" in said
        self.fields: Final = frozenset(said - {b"close", b"keep-alive", b"upgrade"})


NO_OPTIONS: Final = Options(frozenset())


def options_of(known: Known) -> Options:
    """Return what a message's Connection fields say."""
    said = known.get("connection")
    if said is None:
        return NO_OPTIONS
    options: Options = _options.of(said[0] if len(said) == 1 else b",".join(said))
    return options


class Peer(NamedTuple):
    """The other end of a downstream connection, and how it came in.

    ``address`` is an IP as text; ``local_port`` is the listener's own; ``tls`` tells whether
    the connection is.
    """

    address: str
    port: int
    local_port: int
    tls: bool


class RequestHead:
    """A request that passed the rules of the wire; nothing of it changes.

    ``host`` is normalised (``model.hosts``), ``port`` the one in the Host header, ``authority``
    the header as sent; ``path`` is normalised (``model.paths``), ``target`` is what is sent
    upstream: the path that was matched, and the query as it came, byte for byte. ``known`` are
    the fields that mean something, ``options`` those of Connection, ``kept`` the lines that go on,
    as they were written and each with its end.
    """

    __slots__ = (
        "authority",
        "host",
        "kept",
        "known",
        "method",
        "options",
        "path",
        "port",
        "target",
        "version",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - one for each part of a head
        self,
        method: str,
        host: str,
        port: int | None,
        authority: str,
        path: str,
        target: str,
        version: tuple[int, int],
        known: Known,
        kept: bytes = b"",
    ) -> None:
        self.method: Final = method
        self.host: Final = host
        self.port: Final = port
        self.authority: Final = authority
        self.path: Final = path
        self.target: Final = target
        self.version: Final = version
        self.known: Final = known
        self.options: Final = options_of(known)
        self.kept: Final = kept


def first_value(known: Known, key: str) -> bytes:
    """Return a field's first value, empty where there is none."""
    values = known.get(key)
    return values[0] if values else b""


def tokens_of(value: bytes) -> frozenset[bytes]:
    """Return the members of a comma-separated field, in lower case (RFC 9110 §5.6.1)."""
    members: frozenset[bytes] = _members.of(value)
    return members


def _tokens(value: bytes) -> frozenset[bytes]:
    members = (member.strip(b" \t") for member in value.lower().split(b","))
    return frozenset([member for member in members if member])


def _read_options(value: bytes) -> Options:
    return Options(_tokens(value))


_members: Final = Memory(_tokens, most=256)
_options: Final = Memory(_read_options, most=256)
