"""What both lanes and the policies know of a request: who sent it, and its head."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

Headers: TypeAlias = list[tuple[bytes, bytes]]
"""Header lines in their order, names as written, values without surrounding white space."""


Known: TypeAlias = Mapping[bytes, list[bytes]]
"""The values of the fields that mean something to us, by their names in lower case."""

# All others are passed on without a look. An underscore counts as a hyphen here: whoever drops
# a field has to know of its double, since CGI and WSGI cannot tell the two apart.
_MEANINGFUL: Final = frozenset(
    b"accept connection content-length content-location content-range content-type date etag "
    b"expect forwarded host http2-settings keep-alive max-forwards proxy-authenticate "
    b"proxy-authorization proxy-connection referer sec-websocket-key1 server te "
    b"transfer-encoding upgrade user-agent x-forwarded-for x-forwarded-host x-forwarded-port "
    b"x-forwarded-proto x-forwarded-scheme x-original-forwarded-for x-real-ip x-request-id "
    b"x-scheme".split()
)


@lru_cache(maxsize=4096)
def field_key(name: bytes) -> bytes:
    """Return a field's name in lower case, empty where it means nothing to us."""
    key = name.lower()
    return key if key.replace(b"_", b"-") in _MEANINGFUL else b""


def known_of(headers: Headers) -> Known:
    """Return what of the headers means something to us."""
    known: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        key = field_key(name)
        if key:
            if key in known:
                known[key].append(value)
            else:
                known[key] = [value]
    return known


class Peer(NamedTuple):
    """The other end of a downstream connection, and how it came in.

    ``address`` is an IP as text; ``local_port`` is the listener's own; ``tls`` tells whether
    the connection is.
    """

    address: str
    port: int
    local_port: int
    tls: bool


class RequestHead(Struct, frozen=True, gc=False):
    """A request that passed the rules of the wire.

    ``host`` is normalised (``model.hosts``), ``port`` the one in the Host header, ``authority``
    the header as sent; ``path`` is normalised (``model.paths``), ``query`` is ``""`` or begins
    with ``?`` and goes through byte for byte. ``known`` are the ``headers`` that mean something.
    """

    method: str
    host: str
    port: int | None
    authority: str
    path: str
    query: str
    version: tuple[int, int]
    headers: Headers
    known: Known

    @property
    def target(self) -> str:
        """What is sent upstream: the path that was matched, and the query as it came."""
        return self.path + self.query


def first_value(known: Known, name: bytes) -> bytes:
    """Return a field's first value, empty where there is none."""
    values = known.get(name)
    return values[0] if values else b""


@lru_cache(maxsize=256)
def tokens_of(value: bytes) -> frozenset[bytes]:
    """Return the members of a comma-separated field, in lower case (RFC 9110 §5.6.1)."""
    members = (member.strip(b" \t") for member in value.lower().split(b","))
    return frozenset([member for member in members if member])
