import base64
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ingress.compiler import certificates
from ingress.compiler.certificates import read_certificate
from ingress.model.inventory import ObjectKey
from ingress.model.objects import ObjectMeta, Secret
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate
from ingress.model.verdict import Reason, Verdict
from tests.compiler.worlds import PKI

KEY = ObjectKey("default", "www")
INVALID = Reason.CERTIFICATE_INVALID


def file(name: str) -> bytes:
    return (PKI / name).read_bytes()


def read(crt: bytes, key: bytes) -> Certificate | Verdict:
    data = {"tls.crt": SecretBytes(crt), "tls.key": SecretBytes(key)}
    return read_certificate(KEY, Secret(metadata=ObjectMeta(name="www"), string_data=data))


@pytest.mark.parametrize(
    ("name", "key_type"),
    [
        ("www", "ecdsa-p256"),
        ("p384", "ecdsa-p384"),
        ("rsa-2048", "rsa-2048"),
        ("ed25519", "ed25519"),
        ("ed448", "ed448"),
    ],
)
def test_a_pair_is_read_and_loads(name: str, key_type: str, tmp_path: Path) -> None:
    found = read(file(f"{name}.crt"), file(f"{name}.key"))
    assert isinstance(found, Certificate)
    assert (found.key_type, found.names) == (key_type, ("www.gasbugs.com",))
    assert found.not_before < found.not_after
    (tmp_path / "pair.pem").write_bytes(found.chain + found.key.reveal())
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "pair.pem")


@pytest.mark.parametrize(
    ("crt", "key", "reason", "said"),
    [
        ("www", "other", Reason.CERTIFICATE_KEY_MISMATCH, "not the key of the first"),
        ("rsa-1024", "rsa-1024", INVALID, "RSA of 1024 bits"),
        ("secp256k1", "secp256k1", INVALID, "curve secp256k1"),
        ("www", "x25519", INVALID, "does not use"),
        ("www", "locked", INVALID, "passphrase"),
    ],
)
def test_what_a_worker_could_not_use_is_refused(
    crt: str, key: str, reason: Reason, said: str
) -> None:
    found = read(file(f"{crt}.crt"), file(f"{key}.key"))
    assert isinstance(found, Verdict)
    assert found.reason is reason
    assert said in found.message


@pytest.mark.parametrize(
    ("crt", "key", "said"),
    [
        (b"x", file("www.key"), "tls.crt is not PEM"),
        (b"-----BEGIN CERTIFICATE-----\nx", file("www.key"), "cannot be read"),
        (file("www.crt"), b"x", "tls.key is not PEM"),
        (file("www.crt"), file("www.crt"), "no private key"),
        (file("www.crt"), b"-----BEGIN PRIVATE KEY-----\nx", "no private key"),
    ],
)
def test_text_that_is_none_is_refused_and_never_quoted(crt: bytes, key: bytes, said: str) -> None:
    found = read(crt, key)
    assert isinstance(found, Verdict)
    assert found.reason is INVALID
    assert said in found.message


def test_the_order_of_a_chain_is_the_mend_where_it_is_wrong() -> None:
    found = read(file("other.crt") + file("www.crt"), file("www.key"))
    assert isinstance(found, Verdict)
    assert "own certificate first" in found.mend


def test_a_chain_is_kept_and_what_else_is_in_the_text_is_not() -> None:
    found = read(file("www.crt") + file("other.crt") + file("other.key"), file("www.key"))
    assert isinstance(found, Certificate)
    assert found.chain.count(b"BEGIN CERTIFICATE") == 2
    assert b"PRIVATE" not in found.chain


def test_base64_may_be_folded() -> None:
    data = {
        "tls.crt": SecretBytes(base64.encodebytes(file("www.crt"))),
        "tls.key": SecretBytes(base64.b64encode(file("www.key"))),
    }
    secret = Secret(metadata=ObjectMeta(name="www"), data=data)
    assert read_certificate(KEY, secret) == read(file("www.crt"), file("www.key"))


def signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    parent = x509.load_pem_x509_certificate(file("www.crt"))
    made = (
        builder.subject_name(parent.subject)
        .issuer_name(parent.subject)
        .serial_number(1)
        .not_valid_before(parent.not_valid_before_utc)
        .not_valid_after(parent.not_valid_after_utc)
    )
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


def test_extensions_that_cannot_be_read_are_refused() -> None:
    key = certificates.load_pem_private_key(file("www.key"), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    broken = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x80nonsense")
    builder = x509.CertificateBuilder().public_key(key.public_key())
    found = read(signed(builder.add_extension(broken, critical=False), key), file("www.key"))
    assert isinstance(found, Verdict)
    assert "extensions" in found.message


def test_addresses_are_names_too() -> None:
    key = certificates.load_pem_private_key(file("www.key"), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("WWW.example.com"), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
    )
    builder = x509.CertificateBuilder().public_key(key.public_key())
    found = read(signed(builder.add_extension(names, critical=False), key), file("www.key"))
    assert isinstance(found, Certificate)
    assert found.names == ("192.0.2.1", "www.example.com")


def test_a_certificate_for_a_key_of_no_known_kind_is_a_mismatch() -> None:
    # The same certificate, its key's algorithm (id-ecPublicKey) made one that nobody knows.
    der = x509.load_pem_x509_certificate(file("www.crt")).public_bytes(Encoding.DER)
    odd = der.replace(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d027f"))
    text = base64.encodebytes(odd).decode()
    found = read(
        f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode(),
        file("www.key"),
    )
    assert isinstance(found, Verdict)
    assert found.reason in (Reason.CERTIFICATE_KEY_MISMATCH, INVALID)


def test_sha1_is_refused() -> None:
    found = read(file("sha1.crt"), file("www.key"))
    assert isinstance(found, Verdict)
    assert "SHA-1" in found.message


def test_the_common_name_is_no_name() -> None:
    found = read(file("no-san.crt"), file("no-san.key"))
    assert isinstance(found, Certificate)
    assert found.names == ()
