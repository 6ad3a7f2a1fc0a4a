"""The upstream side: our connections, their pools, and the parser that reads what comes back.

Foreign exceptions become Failures in here and travel no further. One lane uses it like this:

    connection = await upstreams.open(endpoint, timeouts=policies.timeouts)
    try:
        await connection.send_head("GET", "/a?b", fields=fields)
        head = await connection.response()
        while chunk := await connection.read_body():
            ...
    finally:
        connection.release()    # back to the pool if all went well to the end, else aborted
"""

from ingress.proxy.http1.messages import CHUNKED, UNTIL_CLOSE, Framing, ResponseHead
from ingress.proxy.upstream.connection import Connection
from ingress.proxy.upstream.link import Link
from ingress.proxy.upstream.pool import Upstreams
from ingress.proxy.upstream.tunnel import Relay

__all__ = [
    "CHUNKED",
    "UNTIL_CLOSE",
    "Connection",
    "Framing",
    "Link",
    "Relay",
    "ResponseHead",
    "Upstreams",
]
