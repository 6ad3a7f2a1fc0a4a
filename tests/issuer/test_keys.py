import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from ingress.issuer.keys import IssuerError, KeyType, generate, load_key, pem_of
from ingress.model.secret import SecretBytes


@pytest.mark.parametrize("key_type", list(KeyType))
def test_keys_survive_the_way_through_pem(key_type):
    key = generate(key_type)
    assert load_key(pem_of(key)).public_key() == key.public_key()


def pem(key, encryption) -> SecretBytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return SecretBytes(key.private_bytes(encoding, form, encryption))


def test_a_key_with_a_password_is_refused():
    locked = pem(
        ec.generate_private_key(ec.SECP256R1()), serialization.BestAvailableEncryption(b"word")
    )
    with pytest.raises(IssuerError, match="cannot be read"):
        load_key(locked)


def test_a_key_of_another_type_is_refused():
    other = pem(ed25519.Ed25519PrivateKey.generate(), serialization.NoEncryption())
    with pytest.raises(IssuerError, match="neither ECDSA nor RSA"):
        load_key(other)
