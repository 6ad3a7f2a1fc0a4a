from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from ingress.issuer.leaf import distinguished, instant, usage


def test_an_instant_is_a_whole_second_of_utc():
    assert instant(1.9) == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_whoever_signs_certificates_signs_their_crls_and_nothing_else():
    made = usage(key_cert_sign=True)
    assert made.crl_sign
    assert not made.digital_signature


def test_a_name_is_a_common_name():
    assert distinguished("a") == x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
