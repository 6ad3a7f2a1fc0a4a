"""Who sent a request: the client's address and scheme, and the request's id."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from ingress.model.memory import Memory
from ingress.model.messages import Known, Peer
from ingress.policies.ports import PublicPorts
from ingress.settings import Network

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
# Some proxies (Traefik) name the scheme of a WebSocket's URL.
_SCHEMES: Final = {b"http": "http", b"https": "https", b"ws": "http", b"wss": "https"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Identity:
    """Who sent a request, as far as can be trusted; nothing of it changes.

    ``client`` is an IP as text, or the ``peer`` where there is no better; ``peer`` is the other
    end of the connection; ``scheme`` (``http`` or ``https``) and ``port`` are what the client
    used; ``trusted`` tells whether the peer is a ``--trusted-proxy``: if it is not, all its
    requests have the same identity. ``fields`` are the lines that tell an
    upstream of it, each with its end.
    """

    __slots__ = ("client", "fields", "peer", "port", "scheme", "trusted")

    def __init__(
        self, *, client: str, peer: str, scheme: str, port: int, trusted: bool, fields: bytes
    ) -> None:
        self.client: Final = client
        self.peer: Final = peer
        self.scheme: Final = scheme
        self.port: Final = port
        self.trusted: Final = trusted
        self.fields: Final = fields


def is_trusted(peer: Peer, trusted_proxies: Sequence[Network]) -> bool:
    """Tell whether the other end of a connection is a ``--trusted-proxy``."""
    return bool(trusted_proxies) and _is_trusted(_plain(peer.address), trusted_proxies)


def identify(
    peer: Peer,
    known: Known,
    *,
    trusted_proxies: Sequence[Network],
    ports: PublicPorts,
) -> Identity:
    """Tell who sent a request; of a peer that is not trusted nothing but its address counts."""
    client = address = _plain(peer.address)
    scheme = "https" if peer.tls else "http"
    trusted = is_trusted(peer, trusted_proxies)
    if trusted:
        client = _client(address, known, trusted_proxies)
        scheme = _scheme(known) or scheme
    port = ports.forwarded(scheme, peer)
    return Identity(
        client=client,
        peer=address,
        scheme=scheme,
        port=port,
        trusted=trusted,
        fields=_forwarding(client, scheme, port),
    )


def request_id_of(known: Known) -> str:
    """Return the id that a request brings, empty where it brings none that is fit to be logged."""
    values = known.get("x-request-id")
    if values is None or len(values) != 1 or not _REQUEST_ID.fullmatch(values[0]):
        return ""
    return values[0].decode()


def _scheme(known: Known) -> str:
    """Return what X-Forwarded-Proto says, empty unless it says one thing.

    A list of schemes does not say whose is whose, so it does not stop a redirect.
    """
    values = known.get("x-forwarded-proto", ())
    return _SCHEMES.get(values[0].lower(), "") if len(values) == 1 else ""


def _client(peer: str, known: Known, trusted: Sequence[Network]) -> str:
    """Return the right-most address that is not trusted itself; if all are, the left-most.

    Whatever is no address ends the walk: nobody we trust vouches for what is left of it.
    """
    client = peer
    for entry in reversed(_forwarded_for(known)):
        address = _entry_address(entry)
        if address is None:
            break
        client = address
        if not _is_trusted(address, trusted):
            break
    return client


def _forwarded_for(known: Known) -> list[str]:
    return b",".join(known.get("x-forwarded-for", ())).decode("latin-1").split(",")


def _entry_address(entry: str) -> str | None:
    """Return the address of one entry, which some proxies write with brackets or a port."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    address: Address | None = _addresses.of(text)
    return None if address is None else _plain(str(address))


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed: Address | None = _addresses.of(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parse(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


_addresses: Final = Memory(_parse, most=4096)


def _plain(address: str) -> str:
    """Drop what depends on our socket: the zone, and IPv6's way of writing an IPv4 address."""
    if ":" not in address:
        return address
    parsed: Address | None = _addresses.of(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return address if parsed is None else str(parsed)


def _forwarding(client: str, scheme: str, port: int) -> bytes:
    return (
        f"X-Forwarded-For: {client}\r\n"
        f"X-Forwarded-Proto: {scheme}\r\n"
        f"X-Forwarded-Port: {port}\r\n"
        f"X-Forwarded-Scheme: {scheme}\r\n"
        f"X-Scheme: {scheme}\r\n"
        f"X-Real-IP: {client}\r\n"
    ).encode()
