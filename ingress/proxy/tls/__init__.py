"""TLS with clients: from an accepted connection to a transport like any other.

``Handshakes`` lead each to a ``SecureTransport`` and to the protocol behind it, and ``contexts``
say which certificate is shown. OpenSSL reads and writes the sockets itself; the event loop only
says when.
"""

from ingress.proxy.tls.contexts import (
    BrokenCertificateError,
    Contexts,
    build_contexts,
    listening_context,
)
from ingress.proxy.tls.handshakes import Handshakes
from ingress.proxy.tls.tickets import Renewed

__all__ = [
    "BrokenCertificateError",
    "Contexts",
    "Handshakes",
    "Renewed",
    "build_contexts",
    "listening_context",
]
