"""A CA, and the leaves that it signs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from ingress.issuer.keys import IssuerError, KeyType, Pair, generate, load_key
from ingress.issuer.leaf import (
    CLOCK_SKEW,
    LIFETIME,
    begin_leaf,
    distinguished,
    instant,
    issued_by,
    pair_of,
    usage,
)
from ingress.issuer.names import read_name

CA_LIFETIME: Final = timedelta(days=3650)
_MEND: Final = "make another with `ingress certs ca --force`"


def new_authority(
    *, now: float, key_type: KeyType = KeyType.ECDSA_P256, purpose: str = "development"
) -> Pair:
    """Make a CA for ten years; it may sign leaves, but no further CAs."""
    key = generate(key_type)
    serial = x509.random_serial_number()
    # Part of the serial makes the name unique: a browser must not take an old CA for a new one.
    name = distinguished(f"aiohttp-ingress {purpose} CA {serial % 16**8:08x}")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(instant(now) - CLOCK_SKEW)
        .not_valid_after(instant(now) + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(key_cert_sign=True), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(issued_by(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pair_of(certificate, key)


class Authority:
    """A CA that was read and found fit to sign at ``now`` (seconds since the epoch).

    Raises IssuerError where it cannot be read, is none, has expired or is not the key's.
    """

    def __init__(self, pair: Pair, *, now: float) -> None:
        self._certificate = _load_certificate(pair.certificate)
        self._key = load_key(pair.key)
        self._now = instant(now)
        self._identifier = self._signing_identifier()

    def _signing_identifier(self) -> x509.SubjectKeyIdentifier:
        certificate = self._certificate
        if certificate.public_key() != self._key.public_key():
            raise IssuerError("ca.key is not the key of ca.crt", mend=_MEND)
        if certificate.not_valid_after_utc <= self._now:
            raise IssuerError("ca.crt has expired", mend=_MEND)
        extensions = certificate.extensions
        try:
            is_ca = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            identifier = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        except x509.ExtensionNotFound:
            is_ca = False
        if not is_ca:
            raise IssuerError("ca.crt is the certificate of no CA", mend=_MEND)
        return identifier

    def issue(self, names: Sequence[str], *, key_type: KeyType = KeyType.ECDSA_P256) -> Pair:
        """Make one leaf for all the names, never valid for longer than the CA itself.

        Raises IssuerError where a name is none.
        """
        unique = tuple(dict.fromkeys(read_name(name) for name in names))
        key = generate(key_type)
        begin = max(self._now - CLOCK_SKEW, self._certificate.not_valid_before_utc)
        end = min(self._now + LIFETIME, self._certificate.not_valid_after_utc)
        certificate = (
            begin_leaf(unique, key=key, validity=(begin, end))
            .issuer_name(self._certificate.subject)
            .add_extension(issued_by(self._identifier), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return pair_of(certificate, key)


def _load_certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise IssuerError("ca.crt is no PEM certificate", mend=_MEND) from error


def is_signed_by(chain: bytes, ca: bytes) -> bool:
    """Tell whether a chain's first certificate is signed by a CA (both PEM)."""
    try:
        leaf = x509.load_pem_x509_certificate(chain)
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(ca))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
