"""TLS of the listeners: SNI picks the certificate, for each handshake anew.

One listening context stays for the life of the process; a swap changes only where its callback
looks. Contexts are kept by fingerprint, so a certificate that did not change is not loaded again.
OpenSSL takes a millisecond to load one: a few that are new are loaded before they are served, so
that one which it refuses can be told; of a great many, as at a start, each is when it is first
asked for.
"""

import logging
import os
import ssl
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from ingress.model.inventory import EMPTY
from ingress.model.snapshot import Certificate, Snapshot

log = logging.getLogger(__name__)

FEW: Final = 16

# TLS 1.2 with forward secrecy and AEAD only; TLS 1.3's own suites are all of that kind. Since all
# of them are good, the client chooses: one without instructions for AES likes ChaCha20 better.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


class BrokenCertificateError(ValueError):
    """A certificate that OpenSSL does not take; names the Secret and never the key."""


class Contexts:
    """The SSLContexts of some certificates, each made when a handshake asks for it at the latest.

    ``made`` are those that were made before, by fingerprint; ``None`` where OpenSSL refused.
    """

    def __init__(
        self, fingerprints: Collection[str] = (), made: Mapping[str, ssl.SSLContext | None] = EMPTY
    ) -> None:
        self.fingerprints = frozenset(fingerprints)
        self._made = {each: made[each] for each in made.keys() & self.fingerprints}

    @property
    def made(self) -> Mapping[str, ssl.SSLContext | None]:
        """What was made so far."""
        return self._made

    def make(self, secret: str, certificate: Certificate) -> None:
        """Make a context now; raises BrokenCertificateError where OpenSSL refuses it."""
        self._made[certificate.fingerprint] = _context_of(secret, certificate)

    def of(self, secret: str, certificate: Certificate) -> ssl.SSLContext | None:
        """Return the context of a Secret's certificate, ``None`` where OpenSSL refuses it."""
        if certificate.fingerprint not in self._made:
            try:
                self.make(secret, certificate)
            except BrokenCertificateError as error:
                log.error("the self-made certificate is shown in place of %s", error)  # noqa: TRY400 - no bug
                self._made[certificate.fingerprint] = None
        return self._made[certificate.fingerprint]


def build_contexts(snapshot: Snapshot, previous: Contexts | None = None) -> Contexts:
    """Return the contexts of all certificates; what did not change is taken from ``previous``.

    Raises BrokenCertificateError where OpenSSL refuses one of a few that are new.
    """
    before = previous or Contexts()
    found = {each.fingerprint: (name, each) for name, each in snapshot.certificates.items()}
    contexts = Contexts(found, before.made)
    new = [each for fingerprint, each in found.items() if fingerprint not in before.fingerprints]
    if len(new) <= FEW:
        for each in new:
            contexts.make(*each)
    return contexts


def listening_context(
    fallback: Certificate, pick: Callable[[str], ssl.SSLContext | None]
) -> ssl.SSLContext:
    """Return the context to listen with; ``pick`` is asked at each handshake.

    It is given the normalised SNI, empty where the client sent none; ``None`` leaves the handshake
    with the self-made certificate, so that none ever fails for its name.
    """
    context = _context_of("the self-made certificate", fallback)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        try:
            picked = pick((name or "").lower().removesuffix("."))
        except OSError as error:  # it takes a descriptor to load a certificate
            log.error("no handshake for %s: %s", name, error)  # noqa: TRY400 - no bug
            return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR
        if picked is not None:
            connection.context = picked
        return None

    context.sni_callback = choose
    return context


def _context_of(secret: str, certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    # Some Pythons (3.11.2, say) take a connection that was cut off for one that has ended.
    context.options &= ~(ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_IGNORE_UNEXPECTED_EOF)
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
