from wire.served import FALLBACK, snapshot_of

from ingress.model.snapshot import Certificate, Endpoint, ServerName, Snapshot
from ingress.proxy.state import State

ENDPOINT = Endpoint(address="127.0.0.1", port=1)


def test_an_empty_state_serves_nothing():
    state = State.empty()
    assert state.generation == 0
    assert state.table.match("a.test", "/").route is None
    assert state.context_for("a.test") is None


def test_a_state_knows_its_backends_and_endpoints():
    state = State.build(snapshot_of({"/": (ENDPOINT,), "/b": ()}), generation=1)
    route = state.table.match("a.test", "/").route
    assert state.backend_of(route).endpoints == (ENDPOINT,)
    assert state.addresses == {("127.0.0.1", 1): 1}
    assert len(state.keys) == 2


def test_a_route_without_a_backend_has_none():
    snapshot = snapshot_of({"/": ()})
    state = State.build(Snapshot(hosts=snapshot.hosts), generation=1)
    assert state.backend_of(state.table.match("a.test", "/").route) is None


def test_contexts_of_certificates_that_did_not_change_are_reused():
    def build(previous=None, **certificates: Certificate):
        names = {"a.test": ServerName(certificate="one")}
        snapshot = Snapshot(certificates=certificates, server_names=names)
        return State.build(snapshot, generation=1, previous=previous)

    first = build(one=FALLBACK)
    second = build(first, one=FALLBACK, two=FALLBACK)
    assert first.context_for("a.test") is second.context_for("a.test") is not None
    assert second.context_for("b.test") is None
