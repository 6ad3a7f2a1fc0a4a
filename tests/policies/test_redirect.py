import pytest

from ingress.model.match import DecidedBy, Match
from ingress.model.policies import Policies, SslRedirect
from ingress.model.snapshot import ServerName
from ingress.policies.redirect import https_location, wants_https
from tests.policies.building import head, identity
from tests.routing.building import route

ON, OFF = ServerName(ssl_redirect=True), ServerName(ssl_redirect=False)


def a_route(*, redirected):
    return route("/", policies=Policies(ssl_redirect=SslRedirect(enabled=redirected)))


@pytest.mark.parametrize(
    ("taken", "server_name", "decided_by", "expected"),
    [
        (a_route(redirected=True), ON, DecidedBy.EXACT_HOST, True),
        (a_route(redirected=True), None, DecidedBy.EXACT_HOST, False),
        (a_route(redirected=False), ON, DecidedBy.EXACT_HOST, False),
        (a_route(redirected=True), OFF, DecidedBy.EXACT_HOST, True),
        (a_route(redirected=False), ON, DecidedBy.HOST_FALLBACK, False),
        # No Ingress with this host takes the request: the TLS host's own word.
        (None, ON, DecidedBy.NOTHING, True),
        (None, OFF, DecidedBy.NOTHING, False),
        (a_route(redirected=True), OFF, DecidedBy.DEFAULT_BACKEND, False),
        (None, None, DecidedBy.NOTHING, False),
    ],
)
def test_who_is_redirected(taken, server_name, decided_by, expected):
    match = Match(taken, None, server_name, decided_by)
    assert wants_https(match, identity()) is expected
    assert not wants_https(match, identity(scheme="https"))


@pytest.mark.parametrize(
    ("asked", "port", "location"),
    [
        (head(), 443, "https://a.b/"),
        (head(), 8443, "https://a.b:8443/"),
        (head(authority="A.B.:8080"), 443, "https://a.b/"),
        (head(host="[::1]"), 8443, "https://[::1]:8443/"),
        (head(path="/a%2Fb", query="?c=/../d"), 443, "https://a.b/a%2Fb?c=/../d"),
        (head(query="?"), 443, "https://a.b/?"),
        (head(path="//evil.example"), 443, "https://a.b//evil.example"),
        (head(path="/@evil.example"), 443, "https://a.b/@evil.example"),
    ],
)
def test_location(asked, port, location):
    assert https_location(asked, port=port) == location
