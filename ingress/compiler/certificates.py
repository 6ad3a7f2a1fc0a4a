"""Secret -> validated Certificate. The only reader of certificates and keys (``cryptography``).

A certificate that passes here loads into an SSLContext at OpenSSL's default security level, so
that a worker is never handed one that it must refuse. No message quotes any content.
"""

import base64
import binascii
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NoReturn, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ingress.compiler.fault import Fault
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Secret
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate
from ingress.model.verdict import FieldPath, ObjectRef, Reason, Verdict

TLS_CRT: Final = "tls.crt"
TLS_KEY: Final = "tls.key"
_TYPES: Final = ("kubernetes.io/tls", "Opaque")
_CURVES: Final = {"secp256r1": "p256", "secp384r1": "p384", "secp521r1": "p521"}
_SMALLEST_RSA: Final = 2048
_BROKEN_HASHES: Final = (hashes.MD5, hashes.SHA1)
_REMAKE: Final = "make the Secret anew: kubectl create secret tls NAME --cert FILE --key FILE"

PrivateKey: TypeAlias = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


Read: TypeAlias = Certificate | Verdict
"""What a Secret was found to hold, whatever the time."""


class _Bad(Exception):
    """The Secret is no good; carries what the verdict says."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_certificate(key: ObjectKey, secret: Secret) -> Read:
    """Return the certificate that a Secret holds, or the verdict that says what is wrong."""
    try:
        return _read(secret)
    except _Bad as bad:
        return bad.fault.about(ObjectRef("Secret", *key))


def _read(secret: Secret) -> Certificate:
    if secret.type not in _TYPES:
        raise _Bad(
            Fault(
                Reason.SECRET_TYPE,
                f"type {secret.type} holds no TLS key pair",
                f"write type: kubernetes.io/tls, with {TLS_CRT} and {TLS_KEY}",
                ("type",),
            )
        )
    chain = _load_chain(secret)
    key = _load_key(secret)
    _check_pair(chain, key, field_of(secret, TLS_KEY))
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    secret_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(
        fingerprint=sha256(pem + secret_pem).hexdigest(),
        chain=pem,
        key=SecretBytes(secret_pem),
        names=_names(chain[0], field_of(secret, TLS_CRT)),
        not_before=chain[0].not_valid_before_utc.timestamp(),
        not_after=chain[0].not_valid_after_utc.timestamp(),
        key_type=_key_type(key),
    )


# -- the two entries ------------------------------------------------------------------------


def field_of(secret: Secret, entry: str) -> FieldPath:
    """Return where an entry of a Secret is written."""
    return ("stringData" if entry in (secret.string_data or {}) else "data", entry)


def _value(secret: Secret, entry: str) -> bytes:
    plain = (secret.string_data or {}).get(entry)
    if plain:  # the API server lets stringData win
        return plain.reveal()
    encoded = (secret.data or {}).get(entry)
    if not encoded:
        raise _Bad(Fault(Reason.SECRET_KEY_MISSING, f"{entry} is missing or empty", f"add {entry}"))
    try:
        return base64.b64decode(b"".join(encoded.reveal().split()), validate=True)
    except (binascii.Error, ValueError):
        raise _Bad(
            Fault(
                Reason.CERTIFICATE_INVALID,
                f"data[{entry}] is not base64",
                "encode it (base64 -w0 FILE), or write the PEM text under stringData",
                ("data", entry),
            )
        ) from None


def _load_chain(secret: Secret) -> list[x509.Certificate]:
    data = _value(secret, TLS_CRT)
    where = field_of(secret, TLS_CRT)
    if b"-----BEGIN CERTIFICATE-----" not in data:
        _fail(f"{TLS_CRT} is not PEM", _REMAKE, where)
    try:
        chain = x509.load_pem_x509_certificates(data)
        broken = [one for one in chain if isinstance(one.signature_hash_algorithm, _BROKEN_HASHES)]
    except (ValueError, UnsupportedAlgorithm):
        _fail(f"{TLS_CRT} holds a certificate that cannot be read", _REMAKE, where)
    if broken:
        _fail(f"{TLS_CRT} is signed with MD5 or SHA-1", "have it signed with SHA-256", where)
    return chain


def _load_key(secret: Secret) -> PrivateKey:
    data = _value(secret, TLS_KEY)
    where = field_of(secret, TLS_KEY)
    if b"-----BEGIN " not in data:
        _fail(f"{TLS_KEY} is not PEM", _REMAKE, where)
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError:
        _fail(f"{TLS_KEY} is protected by a passphrase", "remove it: openssl pkey -in FILE", where)
    except (ValueError, UnsupportedAlgorithm):
        _fail(f"{TLS_KEY} holds no private key that can be read", _REMAKE, where)
    if not isinstance(key, PrivateKey):
        _fail(f"{TLS_KEY} is of a kind that TLS does not use", "make an ECDSA P-256 key", where)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _SMALLEST_RSA:
        _fail(f"{TLS_KEY} is RSA of {key.key_size} bits only", "make one of 2048 bits", where)
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name not in _CURVES:
        _fail(f"{TLS_KEY} is on the curve {key.curve.name}", "make an ECDSA P-256 key", where)
    return key


def _fail(message: str, mend: str, field: FieldPath) -> NoReturn:
    raise _Bad(Fault(Reason.CERTIFICATE_INVALID, message, mend, field))


# -- what they say ------------------------------------------------------------------------


def _check_pair(chain: list[x509.Certificate], key: PrivateKey, field: FieldPath) -> None:
    public = key.public_key()
    if _public_key(chain[0]) == public:
        return
    mend = "put the certificate and the key that were made together into the Secret"
    if any(_public_key(one) == public for one in chain[1:]):
        mend = f"put the host's own certificate first in {TLS_CRT}, then its issuers"
    raise _Bad(
        Fault(
            Reason.CERTIFICATE_KEY_MISMATCH,
            f"{TLS_KEY} is not the key of the first certificate in {TLS_CRT}",
            mend,
            field,
        )
    )


def _public_key(one: x509.Certificate) -> CertificatePublicKeyTypes | None:
    try:
        return one.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None  # of a kind that none of our keys is


def _names(leaf: x509.Certificate, field: FieldPath) -> tuple[str, ...]:
    """Return the names in the subjectAltName; the CN has not counted since RFC 6125."""
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        _fail(f"{TLS_CRT} has extensions that cannot be read", _REMAKE, field)
    names = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    names += [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    return tuple(sorted(set(names)))


def _key_type(key: PrivateKey) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"ecdsa-{_CURVES[key.curve.name]}"
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "ed448"


def describe_time(seconds: float) -> str:
    """Write a moment for a message: ``2026-01-31T00:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
