"""Make the certificates of the compiler's tests anew (they are committed, so seldom).

    python scripts/golden_certificates.py tests/compiler/pki

sha1.crt is not made here, since this library rightly no longer signs so: `openssl req -x509
-sha1 -key www.key -subj /CN=www.gasbugs.com -days 36500` made it.

They are valid for a hundred years, but for the two that are not meant to be: the tests' clock
stands at 2026-06-01. The golden cases hold copies of them in their Secrets.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Key = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | x25519.X25519PrivateKey
)
OPEN = NoEncryption()


def day(year: int, month: int) -> datetime:
    """Return the first of a month."""
    return datetime(year, month, 1, tzinfo=UTC)


def certificate(key: Key, *hosts: str, begin: datetime, end: datetime) -> bytes:
    """Return a self-signed certificate as PEM, with a subjectAltName if there are hosts."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0] if hosts else "no-san")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    algorithm = (
        None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else SHA256()
    )
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)  # type: ignore[arg-type]


def private(key: Key, encryption: KeySerializationEncryption = OPEN) -> bytes:
    """Return a private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def main() -> None:
    """Write all of them into the folder that is named."""
    folder = Path(sys.argv[1])

    def pair(name: str, key: Key, *hosts: str, begin: int = 2026, end: int = 2126) -> None:
        made = certificate(key, *hosts, begin=day(begin, 1), end=day(end, 2))
        (folder / f"{name}.crt").write_bytes(made)
        (folder / f"{name}.key").write_bytes(private(key))

    def p256() -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    pair("www", p256(), "www.gasbugs.com")
    pair("www-newer", p256(), "www.gasbugs.com", end=2125)
    pair("wildcard", p256(), "*.gasbugs.com", "gasbugs.com")
    pair("other", p256(), "other.example.com")
    pair("no-san", p256())
    pair("expired", p256(), "www.gasbugs.com", end=2026)
    pair("early", p256(), "www.gasbugs.com", begin=2030)
    pair("p384", ec.generate_private_key(ec.SECP384R1()), "www.gasbugs.com")
    pair("secp256k1", ec.generate_private_key(ec.SECP256K1()), "www.gasbugs.com")
    pair("rsa-2048", rsa.generate_private_key(65537, 2048), "www.gasbugs.com")
    pair("rsa-1024", rsa.generate_private_key(65537, 1024), "www.gasbugs.com")  # noqa: S505
    pair("ed25519", ed25519.Ed25519PrivateKey.generate(), "www.gasbugs.com")
    pair("ed448", ed448.Ed448PrivateKey.generate(), "www.gasbugs.com")
    (folder / "x25519.key").write_bytes(private(x25519.X25519PrivateKey.generate()))
    locked = private(p256(), BestAvailableEncryption(b"passphrase"))
    (folder / "locked.key").write_bytes(locked)


if __name__ == "__main__":
    main()
