"""Requests and identities with everything defaulted."""

from ingress.model.messages import Peer, RequestHead, known_of
from ingress.policies.identity import Identity


def peer(address="192.0.2.1", *, local_port=8080, tls=False):
    return Peer(address=address, port=40_000, local_port=local_port, tls=tls)


def head(*headers, host="a.b", path="/", query="", authority=None, version=(1, 1)):
    fields = lines(*headers)
    return RequestHead(
        method="GET",
        host=host,
        port=None,
        authority=host if authority is None else authority,
        path=path,
        query=query,
        version=version,
        headers=fields,
        known=known_of(fields),
    )


def lines(*headers):
    """``"Name: value"`` as header lines."""
    parted = (line.partition(":") for line in headers)
    return [(name.encode(), value.strip().encode()) for name, _, value in parted]


def written(headers):
    return [f"{name.decode()}: {value.decode()}" for name, value in headers]


def identity(**fields):
    defaults = {
        "client": "192.0.2.1",
        "peer": "192.0.2.1",
        "scheme": "http",
        "port": 80,
        "trusted": False,
        "request_id": "id-1",
    }
    return Identity(**{**defaults, **fields})
