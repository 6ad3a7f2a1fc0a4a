import pytest

from ingress.model.snapshot import Snapshot
from ingress.routing.nearest import nearest_hosts, nearest_paths
from tests.routing.building import by_pattern, host

NAMES = ("gasbugs.com", "dict.gasbugs.com", "*.wild.org", "example.org", "")


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("www.gasbugs.com", "gasbugs.com"),
        ("gasbug.com", "gasbugs.com"),
        ("com", "gasbugs.com"),
        ("wild.org", "*.wild.org"),
        ("a.b.wild.org", "*.wild.org"),
        ("nothing-like-it", None),
    ],
)
def test_hosts(asked, first):
    snapshot = Snapshot(hosts=by_pattern(*(host(name, "/") for name in NAMES)))
    found = nearest_hosts(snapshot, asked)
    assert next(iter(found), None) == first
    assert "" not in found


def test_no_more_than_three():
    hosts = by_pattern(*(host(f"a{number}.example.org", "/") for number in range(9)))
    assert len(nearest_hosts(Snapshot(hosts=hosts), "a.example.org")) == 3


def test_paths():
    one = host("a.b", "/static", "/api/v1", "/api/v2", "= /api/v2", "/zzz")
    assert nearest_paths(one, "/api/v3")[:2] == ("/api/v2", "/api/v1")
    assert len(nearest_paths(one, "/api/v3")) == 3
    assert nearest_paths(host("a.b"), "/") == ()
