"""TLS of the listeners: SNI picks the certificate, for each handshake anew.

One listening context stays for the life of the process; a swap changes only where its callback
looks. Contexts are kept by fingerprint, so a certificate that did not change is not loaded again.
"""

import os
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from ingress.model.snapshot import Certificate, Snapshot

Contexts = Mapping[str, ssl.SSLContext]
"""SSLContexts by fingerprint."""

# TLS 1.2 with forward secrecy and AEAD only; TLS 1.3's own suites are all of that kind.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


class BrokenCertificateError(ValueError):
    """A certificate that OpenSSL does not take; names the Secret and never the key."""


def build_contexts(snapshot: Snapshot, previous: Contexts = MappingProxyType({})) -> Contexts:
    """Return a context per certificate, those that did not change taken from ``previous``.

    Raises BrokenCertificateError where OpenSSL refuses one.
    """
    contexts: dict[str, ssl.SSLContext] = {}
    for secret, certificate in snapshot.certificates.items():
        fingerprint = certificate.fingerprint
        known = contexts.get(fingerprint) or previous.get(fingerprint)
        contexts[fingerprint] = known or _context_of(secret, certificate)
    return contexts


def listening_context(
    fallback: Certificate, pick: Callable[[str], ssl.SSLContext | None]
) -> ssl.SSLContext:
    """Return the context to listen with; ``pick`` is asked at each handshake.

    It is given the normalised SNI, empty where the client sent none; ``None`` leaves the handshake
    with the self-made certificate, so that none ever fails for its name.
    """
    context = _context_of("the self-made certificate", fallback)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        picked = pick((name or "").lower().removesuffix("."))
        if picked is not None:
            connection.context = picked

    context.sni_callback = choose
    return context


def _context_of(secret: str, certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    # One ticket is what a client uses; each more costs a write per handshake.
    context.num_tickets = 1
    try:
        with _as_file(certificate.key.reveal() + b"\n" + certificate.chain) as path:
            context.load_cert_chain(path, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise BrokenCertificateError(f"{secret}: {error}") from error
    return context


def _no_password() -> bytes:
    """Stop OpenSSL from asking on the terminal."""
    raise ValueError("the key is encrypted")


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """Give OpenSSL a path to read key material from, in memory where the system can.

    The ssl module has no way in but files. Elsewhere than on Linux it is a file that only we can
    read, gone at the end of the block.
    """
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - no path, a descriptor
            file.write(content)
            yield f"/proc/self/fd/{descriptor}"
        return
    with tempfile.NamedTemporaryFile() as file:  # created with mode 0600
        file.write(content)
        file.flush()
        yield file.name
