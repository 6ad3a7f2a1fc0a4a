"""Session affinity without state: the same client finds the same endpoint on every worker.

Rendezvous hashing (Thaler and Ravishankar, 1998): every endpoint draws a number for the client
and the highest wins. When an endpoint goes, only those it had won for move.
"""

from collections.abc import Sequence
from hashlib import blake2b

from ingress.model.snapshot import Endpoint


def pick_by_client(client: str, endpoints: Sequence[Endpoint]) -> Endpoint:
    """Return a client's endpoint; ``endpoints`` must not be empty.

    Only address and port count, so a pod that is renamed keeps its clients.
    """
    seed = blake2b(client.encode(), digest_size=8)

    def draw(endpoint: Endpoint) -> bytes:
        drawn = seed.copy()
        drawn.update(b"|%s|%d" % (endpoint.address.encode(), endpoint.port))
        return drawn.digest()

    return max(endpoints, key=draw)
