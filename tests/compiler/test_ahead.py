from msgspec import structs

from ingress.compiler import Ahead, build_snapshot
from ingress.model.codec import encode_snapshot
from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.model.snapshot import Certificate
from ingress.settings import CompilerOptions
from tests.compiler import worlds
from tests.compiler.worlds import NOW

ANY = CompilerOptions(any_class=True)
KEY = ObjectKey("default", "a")
META = {"name": "a", "namespace": "default"}
INGRESS = worlds.read(
    worlds.Ingress,
    {"metadata": META, "spec": {"tls": [{"hosts": ["www.gasbugs.com"], "secretName": "a"}]}},
)
SECRET = worlds.read(
    worlds.Secret,
    {
        "metadata": META,
        "type": "kubernetes.io/tls",
        "stringData": {
            "tls.crt": worlds.pem("ed25519.crt"),
            "tls.key": worlds.pem("ed25519.key"),
        },
    },
)


def test_what_was_read_is_not_read_again() -> None:
    ahead = Ahead(ANY.policies)
    ahead.read(Partial(ingresses={KEY: INGRESS}))
    ahead.read(Partial(secrets={KEY: SECRET}))
    assert ahead.ingress(KEY, INGRESS) is ahead.ingress(KEY, INGRESS)
    certificate = ahead.secret(KEY, SECRET)
    assert isinstance(certificate, Certificate)
    assert ahead.secret(KEY, SECRET) is certificate


def test_an_object_that_is_another_by_now_is_read() -> None:
    ahead = Ahead(ANY.policies)
    ahead.read(Partial(ingresses={KEY: INGRESS}, secrets={KEY: SECRET}))
    other = structs.replace(INGRESS, spec=structs.replace(INGRESS.spec, tls=None))
    assert ahead.ingress(KEY, INGRESS).server_names
    assert not ahead.ingress(KEY, other).server_names
    assert not isinstance(ahead.secret(KEY, structs.replace(SECRET, type="x")), Certificate)
    assert ahead.secret(ObjectKey("default", "b"), SECRET) == ahead.secret(KEY, SECRET)


def test_reading_ahead_makes_no_difference() -> None:
    inventory = Inventory(ingresses={KEY: INGRESS}, secrets={KEY: SECRET})
    ahead = Ahead(ANY.policies)
    ahead.read(Partial(ingresses=inventory.ingresses, secrets=inventory.secrets))
    with_it = build_snapshot(inventory, ANY, now=NOW, ahead=ahead)
    without = build_snapshot(inventory, ANY, now=NOW)
    assert encode_snapshot(with_it.snapshot) == encode_snapshot(without.snapshot)
    assert with_it.verdicts == without.verdicts
