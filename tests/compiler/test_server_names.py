import pytest

from ingress.compiler.ahead import Ahead
from ingress.compiler.claims import NOTHING, Claims, Move, Order, SecretUse, TlsClaim
from ingress.compiler.keyring import Keyring
from ingress.compiler.ledger import Findings
from ingress.compiler.server_names import ServerNames, compile_server_name
from ingress.compiler.step import Step
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.policies import Policies
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, ServerName
from ingress.model.verdict import ObjectRef, Reason
from ingress.settings import CompilerOptions

A, B = ObjectKey("default", "a"), ObjectKey("default", "b")


def certificate(*names: str) -> Certificate:
    return Certificate(
        fingerprint="00",
        chain=b"",
        key=SecretBytes(b""),
        names=names,
        not_before=0,
        not_after=1,
        key_type="ecdsa-p256",
    )


def claim(key: ObjectKey, secret: str | None, *, redirect: bool = True) -> tuple[TlsClaim, ...]:
    order = Order({"a": 1, "b": 2}[key.name], *key)
    named = ObjectKey("default", secret) if secret else None
    return (TlsClaim(order, named, redirect, ("spec", "tls", 0, "hosts", 0)),)


@pytest.mark.parametrize(
    ("host", "names", "covered"),
    [
        ("www.a.b", ["www.a.b"], True),
        ("www.a.b", ["*.a.b"], True),
        ("www.a.b", ["*.b", "a.b"], False),
        ("a.b", ["*.a.b"], False),
        ("*.a.b", ["*.a.b"], True),
        ("*.a.b", ["www.a.b"], False),
        ("", ["whatever"], True),
    ],
)
def test_a_certificate_covers_one_label_by_a_wildcard(
    host: str, names: list[str], *, covered: bool
) -> None:
    shown = {"default/s": certificate(*names)}
    name, said = compile_server_name(host, {A: claim(A, "s")}, shown)
    assert name.certificate == "default/s"
    assert [one.reason for one in said] == [Reason.CERTIFICATE_NAME_MISMATCH] * (not covered)


def test_a_certificate_without_names_says_so() -> None:
    _, (said,) = compile_server_name("a.b", {A: claim(A, "s")}, {"default/s": certificate()})
    assert said.message == (
        "the certificate in Secret default/s is for no host at all (it has no subjectAltName), "
        "not for a.b"
    )
    assert said.mend == "make one that has a.b in its subjectAltName"


def test_the_oldest_secret_wins_even_where_it_is_missing() -> None:
    shown = {"default/there": certificate("a.b")}
    claims = {B: claim(B, "there"), A: claim(A, "missing")}
    name, (said,) = compile_server_name("a.b", claims, shown)
    assert name.certificate == ""
    assert str(said.subject) == "Ingress default/b"
    assert said.message == (
        "Secret default/there for a.b gives way to default/missing of Ingress default/a, "
        "which is first"
    )


def test_an_entry_without_a_secret_gives_way_in_silence_and_is_enough_alone() -> None:
    shown = {"default/s": certificate("a.b")}
    bare = claim(A, None, redirect=False)
    assert compile_server_name("a.b", {A: bare, B: claim(B, "s")}, shown) == (
        ServerName(certificate="default/s"),
        (),
    )
    assert compile_server_name("a.b", {A: bare}, shown) == (ServerName(ssl_redirect=False), ())


def test_two_that_name_the_same_secret_agree() -> None:
    shown = {"default/s": certificate("a.b")}
    assert compile_server_name("a.b", {A: claim(A, "s"), B: claim(B, "s")}, shown)[1] == ()


def test_a_changed_certificate_compiles_the_hosts_that_name_it_alone() -> None:
    claims = Claims(server_names={"a.b": claim(A, "s"), "c.d": claim(A, "t")})
    use = {A: SecretUse(ObjectRef("Ingress", *A), hosts=frozenset({"a.b"}))}
    uses = {ObjectKey("default", "s"): use}
    good = Keyring(uses=uses, certificates={"default/s": certificate("a.b")})
    before = ServerNames().after(step(), [Move(A, NOTHING, claims)], good)
    now = step()
    after = before.after(now, [], Keyring(uses=uses))
    assert list(now.findings) == [("server name", "a.b")]
    assert after.names["a.b"].certificate == ""
    assert after.names["c.d"] is before.names["c.d"]
    assert after.after(step(), [], Keyring(uses=uses)).names is after.names


def step() -> Step:
    return Step(
        Inventory(), Inventory(), CompilerOptions(), 0, EMPTY, Findings(), Ahead(Policies())
    )
