"""Asked: what a person wants explained, and the request that a client would make of it."""

import re
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from ingress.model.hosts import parse_authority
from ingress.model.messages import Peer, RequestHead, known_of
from ingress.model.paths import PathError, normalise_path

_Headers: TypeAlias = list[tuple[bytes, bytes]]

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PORTS: Final = {"http": 80, "https": 443}


class Asked(Struct, frozen=True, kw_only=True):
    """A URL (``http://`` where it names no scheme), and what else a request may say.

    A Host among ``headers`` goes before the URL's, as it does for curl; SNI is the URL's still.
    ``client`` is the address of the connection's other end.
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    client: str = "127.0.0.1"


class Request(NamedTuple):
    """The connection and the head that come of it; ``sni`` is empty for an IP."""

    peer: Peer
    head: RequestHead
    sni: str


def request_of(asked: Asked) -> Request | None:
    """Return the request, ``None`` where it is one that we would answer 400."""
    url = _split(asked.url)
    named = parse_authority(_ascii(url.netloc.rpartition("@")[2])) if url else None
    if url is None or named is None:
        return None
    url_host, url_port = named
    headers = [(name.encode(), value.strip().encode()) for name, value in asked.headers]
    authority = _host_header(headers, default=_ascii(url.netloc.rpartition("@")[2]))
    head = _head(asked.method, authority, url=url, headers=headers)
    if head is None:
        return None
    tls = url.scheme == "https"
    port = url_port or _PORTS[url.scheme]
    peer = Peer(address=asked.client, port=0, local_port=port, tls=tls)
    return Request(peer, head, "" if url_host.startswith("[") else url_host)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url if _SCHEME.match(url) else f"http://{url}")
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS else None


def _ascii(authority: str) -> str:
    """Return a name as browsers send it (IDNA); what has no such form is left to be refused."""
    try:
        return authority if authority.isascii() else authority.encode("idna").decode()
    except UnicodeError:
        return authority


def _host_header(headers: _Headers, *, default: str) -> str:
    hosts = [value.decode() for name, value in headers if name.lower() == b"host"]
    if not hosts:
        headers.insert(0, (b"Host", default.encode()))
        return default
    # Two Hosts are refused on the wire; no authority stands for that.
    return hosts[0] if len(hosts) == 1 else ""


def _head(
    method: str, authority: str, *, url: SplitResult, headers: _Headers
) -> RequestHead | None:
    parsed = parse_authority(authority)
    if parsed is None:
        return None
    host, port = parsed
    try:
        path = normalise_path(url.path or "/")
    except PathError:
        return None
    query = f"?{url.query}" if url.query else ""
    return RequestHead(
        method=method,
        host=host,
        port=port,
        authority=authority,
        path=path,
        target=path + query,
        version=(1, 1),
        known=known_of(headers),
    )
