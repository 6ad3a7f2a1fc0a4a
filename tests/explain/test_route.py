from ingress.explain.route import explained_route
from ingress.model.match import DecidedBy, Match
from ingress.model.snapshot import Affinity, Backend, Endpoint
from tests.routing.building import route

FOUND = Match(route("/"), None, None, DecidedBy.EXACT_HOST)


def test_nothing():
    nothing = Match(None, None, None, DecidedBy.NOTHING)
    assert explained_route(nothing, None, client="192.0.2.1") is None


def test_an_endpoint_without_a_pod():
    backend = Backend(key="k", endpoints=(Endpoint(address="::1", port=1),))
    found = explained_route(FOUND, backend, client="192.0.2.1")
    assert found is not None
    assert [(one.address, one.port, one.target) for one in found.endpoints] == [("::1", 1, None)]


def test_nobody_is_tied_to_nothing():
    backend = Backend(key="k", affinity=Affinity.CLIENT_IP)
    found = explained_route(FOUND, backend, client="192.0.2.1")
    assert found is not None
    assert found.chosen is None
