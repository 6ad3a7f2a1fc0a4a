"""What sockets and transports know: who is at the other end, and how to end rudely."""

import asyncio
import socket
import struct
from typing import Final

from ingress.model.messages import Peer

_NO_LINGER: Final = struct.pack("ii", 1, 0)


def peer_of(transport: asyncio.Transport) -> Peer:
    """Return who is at the other end of a TCP connection, and how it came in."""
    address, port = (transport.get_extra_info("peername") or ("", 0))[:2]
    local = transport.get_extra_info("sockname") or ("", 0)
    return Peer(
        address=address.partition("%")[0],
        port=port,
        local_port=local[1],
        tls=transport.get_extra_info("ssl_object") is not None,
    )


def abort_with_reset(transport: asyncio.Transport) -> None:
    """Close at once with a TCP reset: a FIN would look like the end of a body without length."""
    connection = transport.get_extra_info("socket")
    if connection is not None and not transport.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
