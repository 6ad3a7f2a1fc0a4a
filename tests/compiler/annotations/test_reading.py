import pytest

from ingress.compiler.annotations.ingress_nginx import ACCESS
from ingress.compiler.annotations.reading import DIALECTS, Reading
from ingress.model.policies import Policies
from ingress.model.verdict import ObjectRef, Reason, Severity

SUBJECT = ObjectRef("Ingress", "default", "web")
NGINX, OWN = "nginx.ingress.kubernetes.io/", "aiohttp-ingress.dev/"


def read(annotations: dict[str, str]) -> Reading:
    reading = Reading(SUBJECT, Policies())
    reading.read(annotations)
    return reading


def test_every_annotation_has_a_policy_a_default_that_reads_and_a_doc_line() -> None:
    for dialect in DIALECTS:
        for name, known in dialect.known.items():
            assert known.name == name
            value = getattr(getattr(Policies(), known.policy), known.field)
            assert known.parse(known.default) == value
            assert known.doc.endswith(".")


@pytest.mark.parametrize("first", [NGINX, OWN])
def test_our_own_dialect_has_the_last_word_in_any_order(first: str) -> None:
    texts = {NGINX: "true", OWN: "false"}
    order = sorted(texts, key=lambda prefix: prefix != first)
    redirect = read({f"{prefix}ssl-redirect": texts[prefix] for prefix in order}).policies
    assert redirect.ssl_redirect.enabled is False
    assert redirect.ssl_redirect.origin == f"annotation {OWN}ssl-redirect"


def test_what_cannot_be_read_leaves_the_value_that_was() -> None:
    reading = read({f"{NGINX}ssl-redirect": "false", f"{OWN}ssl-redirect": "no"})
    assert reading.policies.ssl_redirect.enabled is False
    (said,) = reading.verdicts
    assert (said.reason, said.mend) == (Reason.INVALID_ANNOTATION, 'write "true" or "false"')


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        (f"{OWN}ssl-redirct", f"write {OWN}ssl-redirect"),
        (f"{OWN}weather", "remove it"),
        (f"{NGINX}rewrite-target", "remove it, or check that the routes work without it"),
    ],
)
def test_what_is_not_known_does_nothing_and_says_so(name: str, mend: str) -> None:
    reading = read({name: "x"})
    (said,) = reading.verdicts
    assert (said.severity, said.mend) == (Severity.WARNING, mend)
    assert said.field == ("metadata", "annotations", name)
    assert (reading.policies, reading.refused) == (Policies(), "")


@pytest.mark.parametrize("name", ["kubernetes.io/auth-url", "nginx.org/limit-rps", "auth-url"])
def test_other_peoples_prefixes_pass(name: str) -> None:
    assert read({name: "x"}).verdicts == []


@pytest.mark.parametrize(
    "name",
    [
        "whitelist-source-range",
        "allowlist-source-range",
        "denylist-source-range",
        "auth-url",
        "auth-type",
        "auth-tls-secret",
        "auth-snippet",
        "satisfy",
        "server-snippet",
        "configuration-snippet",
        "enable-global-auth",
        "modsecurity-snippet",
        "enable-modsecurity",
        "enable-owasp-core-rules",
        "limit-rps",
        "limit-connections",
        "global-rate-limit-window",
    ],
)
@pytest.mark.parametrize("prefix", [NGINX, OWN])
@pytest.mark.parametrize("text", ["x", "", "false"])
def test_what_guards_access_fails_closed(name: str, prefix: str, text: str) -> None:
    reading = read({f"{prefix}{name}": text})
    assert reading.refused == f"annotation {prefix}{name} is not supported"
    assert reading.verdicts[0].severity is Severity.ERROR


def test_of_two_guards_every_replica_names_the_same() -> None:
    names = [f"{NGINX}auth-url", f"{NGINX}auth-type", f"{OWN}auth-realm"]
    for order in (names, names[::-1]):
        reading = read(dict.fromkeys(order, "x"))
        assert reading.refused == f"annotation {NGINX}auth-type is not supported"
        assert len(reading.verdicts) == 3


@pytest.mark.parametrize("name", ["rewrite-target", "ssl-redirect", "author", "unsatisfy"])
def test_the_rest_does_not_guard(name: str) -> None:
    assert not ACCESS.fullmatch(name)
