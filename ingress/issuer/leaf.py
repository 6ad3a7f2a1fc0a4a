"""What every certificate of ours has in common (RFC 5280)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ingress.issuer.keys import Pair, PrivateKey, pem_of
from ingress.issuer.names import subject_alternative_name

# Browsers refuse longer ones from public CAs (CA/Browser Forum, ballot SC31); we keep the habit.
LIFETIME: Final = timedelta(days=397)
# A phone or a container whose clock is a little behind must not refuse what was just made.
CLOCK_SKEW: Final = timedelta(minutes=5)
# RFC 5280, appendix A: ub-common-name.
_MAX_COMMON_NAME: Final = 64


def begin_leaf(
    names: Sequence[str], *, key: PrivateKey, validity: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    """Return a server's certificate but for its issuer; ``names`` are in their normal form."""
    common = names[0] if len(names[0]) <= _MAX_COMMON_NAME else ""
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(distinguished(common) if common else x509.Name([]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_leaf_usage(key), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        # §4.2.1.6: where the subject is empty, the SAN is critical.
        .add_extension(subject_alternative_name(names), critical=not common)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def distinguished(common_name: str) -> x509.Name:
    """Make a distinguished name out of a common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def usage(
    *, digital_signature: bool = False, key_encipherment: bool = False, key_cert_sign: bool = False
) -> x509.KeyUsage:
    """Name what a key may do (§4.2.1.3); whoever signs certificates signs their CRLs too."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _leaf_usage(key: PrivateKey) -> x509.KeyUsage:
    # Key encipherment is for the RSA key exchange of TLS 1.2; ECDSA keys have no such thing.
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    return usage(digital_signature=True, key_encipherment=is_rsa)


def issued_by(identifier: x509.SubjectKeyIdentifier) -> x509.AuthorityKeyIdentifier:
    """Point to the issuer's key, so that chains are found when CAs share a name."""
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def instant(seconds: float) -> datetime:
    """Turn seconds since the epoch into the whole UTC seconds that certificates know."""
    return datetime.fromtimestamp(int(seconds), UTC)


def pair_of(certificate: x509.Certificate, key: PrivateKey) -> Pair:
    """Encode both as PEM."""
    return Pair(certificate.public_bytes(Encoding.PEM), pem_of(key))
