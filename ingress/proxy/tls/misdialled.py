"""An answer in clear text, for who speaks HTTP to the port of HTTPS."""

import contextlib
import socket
import ssl
from typing import Final

_PAGE: Final = b"This port speaks HTTPS. Ask again with an address that begins with https://.\n"
_ANSWER: Final = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"Content-Type: text/plain\r\n"
    b"Content-Length: %d\r\n"
    b"Connection: close\r\n"
    b"\r\n%b"
) % (len(_PAGE), _PAGE)
_MOST: Final = 65_536


def answer_plain_text(connection: ssl.SSLSocket) -> None:
    """Take a connection whose handshake failed for this reason; answer, and close."""
    with socket.socket(fileno=connection.detach()) as plain, contextlib.suppress(OSError):
        plain.setblocking(False)  # noqa: FBT003 - its only argument
        plain.send(_ANSWER)
        plain.shutdown(socket.SHUT_WR)
        plain.recv(_MOST)  # closing with bytes unread would reset it, and the answer be lost
