"""Key types, and a certificate together with its private key."""

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ingress.model.secret import SecretBytes

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class KeyType(StrEnum):
    """What ``--key-type`` offers; every current TLS client takes both."""

    ECDSA_P256 = "ecdsa-p256"
    RSA_2048 = "rsa-2048"


class Pair(NamedTuple):
    """A certificate and its private key, both PEM; the key is PKCS #8, without a password."""

    certificate: bytes
    key: SecretBytes


class IssuerError(Exception):
    """A pair that cannot be used or made; the message says which, ``mend`` what to do."""

    def __init__(self, message: str, *, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def generate(key_type: KeyType) -> PrivateKey:
    """Make a new private key from the operating system's randomness."""
    if key_type is KeyType.RSA_2048:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: PrivateKey) -> SecretBytes:
    """Encode a private key as unencrypted PKCS #8 PEM."""
    return SecretBytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def load_key(pem: SecretBytes) -> PrivateKey:
    """Read a private key of a type that we make; raises IssuerError on any other."""
    try:
        key = serialization.load_pem_private_key(pem.reveal(), password=None)
    except (ValueError, TypeError) as error:  # TypeError: the key has a password
        # The library's message may quote the input, so it is not passed on.
        raise IssuerError(
            "ca.key cannot be read as a private key", mend="put an unencrypted PEM key there"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise IssuerError("the private key is neither ECDSA nor RSA", mend="use another CA")
    return key
