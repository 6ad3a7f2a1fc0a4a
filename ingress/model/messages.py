"""What both lanes and the policies know of a request: who sent it, and its head."""

from typing import NamedTuple, TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]
"""Header lines in their order, names as written, values without surrounding white space."""


class Peer(NamedTuple):
    """The other end of a downstream connection, and how it came in.

    ``address`` is an IP as text; ``local_port`` is the listener's own; ``tls`` tells whether
    the connection is.
    """

    address: str
    port: int
    local_port: int
    tls: bool


class RequestHead(NamedTuple):
    """A request that passed the rules of the wire.

    ``host`` is normalised (``model.hosts``), ``port`` the one in the Host header, ``authority``
    the header as sent; ``path`` is normalised (``model.paths``), ``query`` is ``""`` or begins
    with ``?`` and goes through byte for byte.
    """

    method: str
    host: str
    port: int | None
    authority: str
    path: str
    query: str
    version: tuple[int, int]
    headers: Headers

    @property
    def target(self) -> str:
        """What is sent upstream: the path that was matched, and the query as it came."""
        return self.path + self.query


def first_value(headers: Headers, name: bytes) -> bytes:
    """Return a field's first value, empty where there is none; ``name`` is in lower case."""
    size = len(name)
    for line in headers:
        if len(line[0]) == size and line[0].lower() == name:
            return line[1]
    return b""
