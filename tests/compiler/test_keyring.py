from ingress.compiler.ahead import Ahead
from ingress.compiler.claims import NOTHING, Claims, Move, SecretUse
from ingress.compiler.keyring import NEVER, Keyring
from ingress.compiler.ledger import Findings
from ingress.compiler.step import Step
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.objects import Secret
from ingress.model.policies import Policies
from ingress.model.verdict import ObjectRef, Reason, Severity, Verdict
from ingress.settings import CompilerOptions
from tests.compiler.worlds import NOW, pem, read

A, B, WWW = (ObjectKey("default", name) for name in ("a", "b", "www"))


def secret(name: str, **more: str) -> Secret:
    pair = {"tls.crt": pem(f"{name}.crt"), "tls.key": pem(f"{name}.key")}
    return read(Secret, {"metadata": {"name": "www"}, "stringData": pair} | more)


class History:
    """A keyring that follows a Secret through the builds, as ``build_snapshot`` leads it."""

    def __init__(self, *users: ObjectKey) -> None:
        self._before = Inventory()
        self._moves = [
            Move(user, NOTHING, Claims(secrets={WWW: SecretUse(ObjectRef("Ingress", *user))}))
            for user in users
        ]
        self.keyring = Keyring()

    def then(self, found: Secret | None, *, now: float = NOW) -> tuple[Verdict, ...]:
        """Go on to the next build, and return what is said there."""
        inventory = Inventory(secrets={WWW: found} if found else EMPTY)
        shown = self.keyring.certificates
        step = Step(
            self._before, inventory, CompilerOptions(), now, shown, Findings(), Ahead(Policies())
        )
        self.keyring = self.keyring.after(step, self._moves)
        self._before, self._moves = inventory, []
        return step.findings.get(("secret", WWW), ())

    @property
    def shown(self) -> str:
        found = self.keyring.certificates.get("default/www")
        return found.fingerprint if found else ""


def test_a_bad_secret_keeps_the_last_good_one_until_a_good_one_comes() -> None:
    history = History(A)
    assert history.then(secret("www")) == ()
    good = history.shown
    (said,) = history.then(secret("www", type="Nonsense"))
    assert said.reason is Reason.SECRET_TYPE
    assert ", so the last good one, valid until " in said.message
    assert history.shown == good
    assert history.then(secret("www-newer")) == ()
    assert history.shown not in ("", good)


def test_without_a_last_good_one_another_is_shown() -> None:
    history = History(A)
    (said,) = history.then(secret("www", type="Nonsense"))
    assert said.message.endswith(", so another certificate is shown")
    assert history.shown == ""


def test_an_expired_one_gives_way_to_the_last_good_and_is_shown_for_want_of_it() -> None:
    history = History(A)
    (said,) = history.then(secret("expired"))
    assert said.reason is Reason.CERTIFICATE_EXPIRED
    assert said.message.endswith(", and is shown for want of a better one")
    assert history.shown != ""
    history.then(secret("www"))
    good = history.shown
    (said,) = history.then(secret("expired"))
    assert said.message.endswith(", stays")
    assert history.shown == good


def test_an_early_one_is_shown_with_a_warning_and_time_alone_mends_it() -> None:
    history = History(A)
    early = secret("early")
    (said,) = history.then(early)
    assert (said.reason, said.severity) == (Reason.CERTIFICATE_INVALID, Severity.WARNING)
    assert "is not valid before" in said.message
    assert history.keyring.until < NEVER
    shown = history.keyring.certificates
    assert history.then(early, now=history.keyring.until) == ()
    assert history.keyring.certificates is shown


def test_a_secret_that_goes_is_withdrawn_and_each_who_names_it_is_told() -> None:
    history = History(B, A)
    history.then(secret("www"))
    assert [str(said.subject) for said in history.then(None)] == [
        "Ingress default/a",
        "Ingress default/b",
    ]
    assert history.shown == ""


def test_who_serves_files_is_told_how_to_make_one_too() -> None:
    (said,) = History(A).then(None)
    assert said.mend == (
        "make it: ingress certs issue HOST --secret default/www, "
        "or kubectl create secret tls www -n default"
    )


def test_a_secret_that_nobody_names_is_not_even_read() -> None:
    history = History()
    assert history.then(secret("www", type="Nonsense")) == ()
    assert (dict(history.keyring.read), history.shown) == ({}, "")


def test_no_key_is_ever_printed() -> None:
    history = History(A)
    history.then(secret("www"))
    assert "PRIVATE KEY" not in repr(history.keyring)
