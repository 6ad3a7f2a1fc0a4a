"""The self-made certificate for an unknown or missing SNI: a warning in the client, no failure."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ingress.issuer.keys import KeyType, generate
from ingress.issuer.leaf import (
    CLOCK_SKEW,
    LIFETIME,
    begin_leaf,
    distinguished,
    instant,
    issued_by,
    pair_of,
)
from ingress.model.snapshot import Certificate

# Some clients end a handshake at a certificate without a SAN, so it has one.
FALLBACK_NAME = "localhost"


def fallback_certificate(*, now: float) -> Certificate:
    """Make a self-signed certificate that names localhost, as workers take it."""
    key = generate(KeyType.ECDSA_P256)
    begin, end = instant(now) - CLOCK_SKEW, instant(now) + LIFETIME
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    signed = (
        begin_leaf((FALLBACK_NAME,), key=key, validity=(begin, end))
        .issuer_name(distinguished(FALLBACK_NAME))
        .add_extension(issued_by(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    pair = pair_of(signed, key)
    return Certificate(
        fingerprint=hashlib.sha256(pair.certificate + pair.key.reveal()).hexdigest(),
        chain=pair.certificate,
        key=pair.key,
        names=(FALLBACK_NAME,),
        not_before=begin.timestamp(),
        not_after=end.timestamp(),
        key_type=KeyType.ECDSA_P256,
    )
