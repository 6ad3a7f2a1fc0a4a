import pytest

from ingress.model.match import DecidedBy, Match
from ingress.model.snapshot import ServerName
from ingress.policies.decide import GO_ON, Redirect, Refusal, Refuse, decide
from ingress.policies.ports import PublicPorts
from tests.policies.building import head, identity
from tests.routing.building import route

FINE = route("/")
BROKEN = route("/", backend=None)
CLOSED = route("/", backend=None, refused="an access annotation is not supported")
NOT_EVEN_CLOSED = route("/", refused="an access annotation is not supported")
TLS = ServerName()
TO_HTTPS = Redirect(308, "https://a.b:8443/x?y")

CASES = [
    (FINE, None, "http", GO_ON),
    (FINE, TLS, "https", GO_ON),
    (FINE, TLS, "http", TO_HTTPS),
    (None, None, "http", Refuse(404, Refusal.NO_ROUTE)),
    (None, TLS, "https", Refuse(404, Refusal.NO_ROUTE)),
    (None, TLS, "http", TO_HTTPS),
    (BROKEN, None, "http", Refuse(503, Refusal.NO_BACKEND)),
    (BROKEN, TLS, "http", TO_HTTPS),
    (CLOSED, None, "http", Refuse(503, Refusal.REFUSED)),
    (NOT_EVEN_CLOSED, None, "http", Refuse(503, Refusal.REFUSED)),
]


@pytest.mark.parametrize(("taken", "server_name", "scheme", "decision"), CASES)
def test_decide(taken, server_name, scheme, decision):
    match = Match(taken, None, server_name, DecidedBy.EXACT_HOST)
    asked = head(path="/x", query="?y")
    ports = PublicPorts(https_listener=8443)
    assert decide(asked, identity(scheme=scheme), match, ports) == decision


def test_a_redirect_needs_a_host():
    match = Match(FINE, None, TLS, DecidedBy.ANY_HOST)
    asked = head(host="", version=(1, 0))
    decision = decide(asked, identity(), match, PublicPorts())
    assert decision == Refuse(400, Refusal.NO_HOST)
