import pytest

from ingress.model.match import DecidedBy
from ingress.model.snapshot import Snapshot
from ingress.routing.rivals import Loss, decisive_rule, rivals
from ingress.routing.table import RoutingTable
from tests.routing.building import by_pattern, default_backend, host, shadowed


def asked(*hosts, name="a.b", path="/foo"):
    table = RoutingTable.build(Snapshot(hosts=by_pattern(*hosts)))
    match = table.match(name, path)
    lost = rivals(table, match, host=name, path=path)
    return [(one.host, one.path, one.loss) for one in lost], decisive_rule(match, lost)


CASES = [
    ([host("a.b", "/")], [], DecidedBy.EXACT_HOST),
    ([host("*.b", "/")], [], DecidedBy.WILDCARD_HOST),
    ([host("", "/")], [], DecidedBy.ANY_HOST),
    ([host("a.b", "/", "/bar")], [("a.b", "/bar", Loss.PATH)], DecidedBy.EXACT_HOST),
    ([host("a.b", "/foo", "/")], [("a.b", "/", Loss.SHORTER)], DecidedBy.LONGEST_PATH),
    (
        [host("a.b", "= /foo", "/foo", "/")],
        [("a.b", "/foo", Loss.PREFIX), ("a.b", "/", Loss.SHORTER)],
        DecidedBy.EXACT_PATH,
    ),
    (
        [host("a.b", "/foo", "/", shadowed=[shadowed("d/young", "/foo/")])],
        [("a.b", "/", Loss.SHORTER), ("a.b", "/foo/", Loss.YOUNGER)],
        DecidedBy.OLDEST,
    ),
    (
        [host("a.b", "= /foo", "/foo", shadowed=[shadowed("d/young", "/foo")])],
        [("a.b", "/foo", Loss.PREFIX), ("a.b", "/foo", Loss.PREFIX)],
        DecidedBy.EXACT_PATH,
    ),
    (
        [host("a.b", "/foo", "/", shadowed=[shadowed("d/young", "/")])],
        [("a.b", "/", Loss.SHORTER), ("a.b", "/", Loss.SHORTER)],
        DecidedBy.LONGEST_PATH,
    ),
    (
        [host("a.b", "= /foo", shadowed=[shadowed("d/young", "/foo", "Exact")])],
        [("a.b", "/foo", Loss.YOUNGER)],
        DecidedBy.OLDEST,
    ),
    (
        [host("a.b", "/foo", shadowed=[shadowed("d/x", "/bar"), shadowed("d/x", "%")])],
        [("a.b", "/bar", Loss.PATH), ("a.b", "%", Loss.PATH)],
        DecidedBy.EXACT_HOST,
    ),
    (
        [host("a.b", "/"), host("*.b", "/foo", "/bar"), host("", "= /foo")],
        [("*.b", "/foo", Loss.HOST), ("", "/foo", Loss.HOST)],
        DecidedBy.EXACT_HOST,
    ),
    (
        [host("a.b", "/bar"), host("*.b", "/")],
        [("a.b", "/bar", Loss.PATH), ("*.b", "/", Loss.HOST)],
        DecidedBy.NOTHING,
    ),
    (
        [host("a.b", "/bar", fallback=default_backend("own"))],
        [("a.b", "/bar", Loss.PATH)],
        DecidedBy.HOST_FALLBACK,
    ),
    ([host("c.d", "/")], [], DecidedBy.NOTHING),
]


@pytest.mark.parametrize(("hosts", "lost", "decided_by"), CASES)
def test_who_lost_and_why(hosts, lost, decided_by):
    assert asked(*hosts) == (lost, decided_by)
