"""Requests and identities with everything defaulted."""

from ingress.model.messages import Peer, RequestHead, field_key, known_of
from ingress.policies.headers import dropped_from
from ingress.policies.identity import Identity, identify
from ingress.policies.ports import PublicPorts


def peer(address="192.0.2.1", *, local_port=8080, tls=False):
    return Peer(address=address, port=40_000, local_port=local_port, tls=tls)


def head(*headers, host="a.b", path="/", query="", authority=None, version=(1, 1), trusted=False):
    fields = lines(*headers)
    return RequestHead(
        method="GET",
        host=host,
        port=None,
        authority=host if authority is None else authority,
        path=path,
        target=path + query,
        version=version,
        known=known_of(fields),
        kept=kept_of(*headers, dropped=dropped_from(trusted=trusted)),
    )


def kept_of(*headers, dropped):
    """The lines whose keys are not dropped, each with its end."""
    kept = [line for line in headers if field_key(line.partition(":")[0].encode()) not in dropped]
    return b"".join(f"{line}\r\n".encode() for line in kept)


def lines(*headers):
    """``"Name: value"`` as names and values."""
    parted = (line.partition(":") for line in headers)
    return [(name.encode(), value.strip().encode()) for name, _, value in parted]


def written(fields):
    assert not fields or fields.endswith(b"\r\n")
    return fields.decode().split("\r\n")[:-1]


def identity(**fields):
    stranger = identify(peer(), {}, trusted_proxies=(), ports=PublicPorts(80, 443))
    of_it = ("client", "peer", "scheme", "port", "trusted", "fields")
    return Identity(**{name: getattr(stranger, name) for name in of_it} | fields)
