import ssl

from cryptography import x509

from ingress.issuer.fallback import fallback_certificate


def test_the_fallback_names_localhost_and_is_its_own_issuer():
    made = fallback_certificate(now=1_800_000_000)
    certificate = x509.load_pem_x509_certificate(made.chain)
    certificate.verify_directly_issued_by(certificate)
    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.DNSName) == ["localhost"] == list(made.names)
    assert made.not_before == certificate.not_valid_before_utc.timestamp()
    assert made.not_after == certificate.not_valid_after_utc.timestamp()
    assert "BEGIN PRIVATE" not in repr(made)


def test_the_fallback_loads_where_workers_load_it(tmp_path):
    made = fallback_certificate(now=1_800_000_000)
    both = tmp_path / "both.pem"
    both.write_bytes(made.chain + made.key.reveal())
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(both)


def test_two_fallbacks_never_share_a_fingerprint():
    first, second = (fallback_certificate(now=1_800_000_000) for _ in range(2))
    assert first.fingerprint != second.fingerprint
