import msgspec
import pytest
from msgspec import structs

from ingress.control.cluster.credentials import (
    CA_CRT,
    RENEW_BEFORE,
    credentials_of,
    renewed,
    service_names,
    shown,
)
from ingress.issuer.authority import CA_LIFETIME, is_signed_by
from ingress.issuer.leaf import LIFETIME
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Secret
from ingress.model.secret import SecretBytes

NOW = 1_800_000_000.0
DAY = 86_400.0
NAMES = service_names(ObjectKey("ingress", "hook"))


def secret(credentials) -> Secret:
    data = {name: SecretBytes(text.encode()) for name, text in credentials.entries().items()}
    meta = {"name": "hook", "namespace": "ingress"}
    bare = msgspec.convert({"metadata": meta, "type": "kubernetes.io/tls"}, Secret)
    return structs.replace(bare, data=data)


@pytest.fixture(scope="module")
def made():
    return renewed(None, NAMES, now=NOW)


def test_the_names_are_those_that_the_cluster_calls_a_service_by():
    assert NAMES == ("hook.ingress.svc", "hook.ingress.svc.cluster.local", "hook.ingress", "hook")


def test_what_is_made_at_first_will_do(made):
    kept = secret(made)
    assert renewed(kept, NAMES, now=NOW) is None
    certificate = shown(kept)
    assert set(NAMES) == set(certificate.names)
    assert is_signed_by(certificate.chain, made.bundle)
    assert credentials_of(kept) == made


def test_key_material_does_not_print_itself(made):
    assert "PRIVATE" not in repr(made)
    assert repr(made).count("[redacted]") == 2


def test_the_leaf_is_renewed_in_time_by_the_same_ca(made):
    kept = secret(made)
    end = NOW + LIFETIME.total_seconds()
    assert renewed(kept, NAMES, now=end - RENEW_BEFORE - DAY) is None
    new = renewed(kept, NAMES, now=end - RENEW_BEFORE + DAY)
    assert (new.bundle, new.ca_key) == (made.bundle, made.ca_key)
    assert new.leaf != made.leaf
    assert shown(secret(new)).not_after > end


def test_another_name_makes_another_leaf(made):
    other = service_names(ObjectKey("ingress", "other"))
    new = renewed(secret(made), other, now=NOW)
    assert new.bundle == made.bundle
    assert "other.ingress.svc" in shown(secret(new)).names


def test_a_ca_near_its_end_is_followed_by_one_that_brings_it_along(made):
    late = NOW + CA_LIFETIME.total_seconds() - LIFETIME.total_seconds() + DAY
    new = renewed(secret(made), NAMES, now=late)
    assert new.bundle.endswith(made.bundle)
    assert new.authority.certificate != made.authority.certificate
    assert is_signed_by(new.leaf.certificate, new.authority.certificate)
    assert renewed(secret(new), NAMES, now=late) is None
    after = renewed(secret(made), NAMES, now=NOW + CA_LIFETIME.total_seconds() + DAY)
    assert after.bundle == after.authority.certificate, "an expired CA is of no use"


@pytest.mark.parametrize("entry", ["ca.crt", "ca.key", "tls.crt", "tls.key"])
@pytest.mark.parametrize("value", [None, b"!", b"aGVsbG8="])
def test_what_somebody_broke_is_made_anew(made, entry, value):
    broken = secret(made)
    data = {name: kept for name, kept in broken.data.items() if name != entry}
    if value is not None:
        data[entry] = SecretBytes(value)
    new = renewed(structs.replace(broken, data=data), NAMES, now=NOW)
    assert renewed(secret(new), NAMES, now=NOW) is None


def test_a_leaf_of_another_ca_will_not_do(made):
    other = secret(renewed(None, NAMES, now=NOW))
    data = secret(made).data | {CA_CRT: other.data[CA_CRT]}
    mixed = structs.replace(secret(made), data=data)
    assert renewed(mixed, NAMES, now=NOW) is not None
