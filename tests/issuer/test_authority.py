import ipaddress
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from ingress.issuer.authority import Authority, is_signed_by, new_authority
from ingress.issuer.keys import IssuerError, KeyType, Pair
from ingress.model.secret import SecretBytes

NOW = 1_800_000_000.5
DAY = 86_400


def parsed(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate)


def extension(certificate: x509.Certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


@pytest.fixture(scope="module")
def ca() -> Pair:
    return new_authority(now=NOW)


@pytest.mark.parametrize("key_type", list(KeyType))
def test_a_ca_says_what_it_is(key_type):
    certificate = parsed(new_authority(now=NOW, key_type=key_type))
    constraints = extension(certificate, x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    usage = extension(certificate, x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert usage.value.crl_sign
    assert not usage.value.digital_signature
    identifier = extension(certificate, x509.SubjectKeyIdentifier).value
    assert identifier == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    assert certificate.subject == certificate.issuer
    certificate.verify_directly_issued_by(certificate)


def test_two_cas_never_share_a_name(ca):
    assert parsed(ca).subject != parsed(new_authority(now=NOW)).subject


@pytest.mark.parametrize("key_type", list(KeyType))
def test_a_leaf_names_hosts_wildcards_and_addresses(ca, key_type):
    names = ["WWW.gasbugs.com.", "*.gasbugs.com", "127.0.0.1", "[::1]", "www.gasbugs.com"]
    leaf = parsed(Authority(ca, now=NOW).issue(names, key_type=key_type))
    san = extension(leaf, x509.SubjectAlternativeName)
    assert not san.critical
    assert san.value.get_values_for_type(x509.DNSName) == ["www.gasbugs.com", "*.gasbugs.com"]
    assert san.value.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
    (common,) = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert common.value == "www.gasbugs.com"
    leaf.verify_directly_issued_by(parsed(ca))


def test_a_leaf_is_for_servers_and_points_to_its_issuer(ca):
    leaf = parsed(Authority(ca, now=NOW).issue(["a.b"]))
    assert extension(leaf, x509.BasicConstraints).value.ca is False
    assert list(extension(leaf, x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    own = extension(parsed(ca), x509.SubjectKeyIdentifier).value
    assert extension(leaf, x509.AuthorityKeyIdentifier).value.key_identifier == own.digest
    assert leaf.not_valid_before_utc.timestamp() == int(NOW) - 300
    assert leaf.not_valid_after_utc.timestamp() == int(NOW) + 397 * DAY


@pytest.mark.parametrize(
    ("key_type", "kind"),
    [(KeyType.ECDSA_P256, ec.EllipticCurvePublicKey), (KeyType.RSA_2048, rsa.RSAPublicKey)],
)
def test_the_key_usage_fits_the_key(ca, key_type, kind):
    leaf = parsed(Authority(ca, now=NOW).issue(["a.b"], key_type=key_type))
    assert isinstance(leaf.public_key(), kind)
    usage = extension(leaf, x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.key_encipherment is (key_type is KeyType.RSA_2048)


def test_a_name_too_long_for_a_cn_leaves_the_subject_empty_and_the_san_critical(ca):
    leaf = parsed(Authority(ca, now=NOW).issue(["a" * 60 + ".example.com"]))
    assert not list(leaf.subject)
    assert extension(leaf, x509.SubjectAlternativeName).critical


def test_a_leaf_never_outlives_its_ca(ca):
    end = parsed(ca).not_valid_after_utc
    late = end.timestamp() - 10 * DAY
    leaf = parsed(Authority(ca, now=late).issue(["a.b"]))
    assert leaf.not_valid_after_utc == end
    assert leaf.not_valid_before_utc.timestamp() == late - 300


def test_a_ca_whose_clock_was_ahead_signs_from_its_own_beginning(ca):
    begin = parsed(ca).not_valid_before_utc
    leaf = parsed(Authority(ca, now=begin.timestamp() - DAY).issue(["a.b"]))
    assert leaf.not_valid_before_utc == begin


def test_unfit_cas_are_refused_with_a_mend(ca):
    leaf = Authority(ca, now=NOW).issue(["a.b"])
    other = new_authority(now=NOW)
    bad = {
        "not the key": Pair(ca.certificate, other.key),
        "no CA": leaf,
        "no PEM certificate": Pair(b"hello", ca.key),
        "cannot be read": Pair(ca.certificate, SecretBytes(b"-----BEGIN SECRET-----")),
    }
    for words, pair in bad.items():
        with pytest.raises(IssuerError, match=words) as caught:
            Authority(pair, now=NOW)
        assert caught.value.mend
        assert "BEGIN" not in str(caught.value)
    with pytest.raises(IssuerError, match="expired"):
        Authority(ca, now=NOW + 3651 * DAY)


@pytest.mark.parametrize("name", ["", "a b", "*.*.a", "-a.b", "a..b", "exämple.com", "a/b", "*"])
def test_what_is_no_name_is_refused(ca, name):
    with pytest.raises(IssuerError, match="neither a host name nor an IP address"):
        Authority(ca, now=NOW).issue([name])


@given(st.text(max_size=20))
def test_any_text_is_a_name_or_refused(ca, text):
    try:
        Authority(ca, now=NOW).issue([text])
    except IssuerError as error:
        assert error.mend  # noqa: PT017 - either outcome is right


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, *, name: str) -> None:
    """Shake hands in memory; raises ssl.SSLError where the client does not trust the server."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    ]
    waiting = list(sides)
    for _ in range(10):
        for side in tuple(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
        if not waiting:
            return
    raise AssertionError("the handshake does not end")


@pytest.mark.parametrize("key_type", list(KeyType))
@pytest.mark.parametrize("name", ["www.gasbugs.com", "any.example.com", "127.0.0.1", "::1"])
def test_openssl_trusts_the_chain(tmp_path, key_type, name):
    # OpenSSL looks at the real clock, so these are valid now.
    now = time.time()
    pair = new_authority(now=now, key_type=key_type)
    names = ["www.gasbugs.com", "*.example.com", "127.0.0.1", "::1"]
    leaf = Authority(pair, now=now).issue(names, key_type=key_type)
    both = tmp_path / "both.pem"
    both.write_bytes(leaf.certificate + leaf.key.reveal())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    client = ssl.create_default_context(cadata=pair.certificate.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    handshake(server, client, name=name)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, client, name="other.gasbugs.com")


def test_who_signed_is_told(ca):
    leaf = Authority(ca, now=NOW).issue(["a.b"]).certificate
    assert is_signed_by(leaf, ca.certificate)
    assert not is_signed_by(leaf, new_authority(now=NOW).certificate)
    assert not is_signed_by(leaf, new_authority(now=NOW, key_type=KeyType.RSA_2048).certificate)
    assert not is_signed_by(b"no PEM", ca.certificate)
