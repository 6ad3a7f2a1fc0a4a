import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.model.match import DecidedBy
from ingress.model.paths import normalise_path, prefix_of
from ingress.model.snapshot import ANY_HOST, MatchKind, ServerName, Snapshot
from ingress.routing.table import PickedBy, RoutingTable
from tests.routing.building import by_pattern, default_backend, host, route


def table_of(*hosts, **fields):
    return RoutingTable.build(Snapshot(hosts=by_pattern(*hosts), **fields))


PATHS = [
    # rules, request, which rule wins
    (["/"], "/", "/"),
    (["/"], "/any/thing", "/"),
    (["/foo"], "/foo", "/foo"),
    (["/foo"], "/foo/", "/foo"),
    (["/foo"], "/foo/bar", "/foo"),
    (["/foo"], "/foo//bar", "/foo"),
    (["/foo"], "/foobar", None),
    (["/foo"], "/FOO", None),
    (["/foo"], "/", None),
    (["/foo/bar"], "/foo", None),
    (["/foo", "/foo/bar", "/"], "/foo/bar/baz", "/foo/bar"),
    (["/foo", "/foo/bar", "/"], "/foo/barbaz", "/foo"),
    (["/foo", "/foo/bar", "/"], "/fo", "/"),
    (["= /foo"], "/foo", "= /foo"),
    (["= /foo"], "/foo/", None),
    (["= /foo"], "/foo/bar", None),
    (["= /foo", "/foo"], "/foo", "= /foo"),
    (["= /foo", "/foo"], "/foo/", "/foo"),
    (["= /foo/", "/foo"], "/foo/", "= /foo/"),
    (["= /foo/", "/foo"], "/foo", "/foo"),
    (["= /", "/"], "/", "= /"),
    (["= /", "/"], "/x", "/"),
    (["= /foo", "/foo/bar"], "/foo/bar", "/foo/bar"),
    (["/a/b/c/d"], "/" * 60_000, None),
    (["/a%2Fb"], "/a/b", None),
    ([], "/", None),
]


@pytest.mark.parametrize(("rules", "path", "winner"), PATHS)
def test_path(rules, path, winner):
    match = table_of(host("a.b", *rules)).match("a.b", path)
    assert match.route == (winner and route(winner))
    assert match.decided_by is (DecidedBy.EXACT_HOST if winner else DecidedBy.NOTHING)


def test_of_equal_routes_the_first_wins():
    first, second = route("/", ingress="x/first"), route("/", ingress="x/second")
    assert table_of(host("a.b", first, second)).match("a.b", "/").route is first


HOSTS = [
    ("a.b.c", "a.b.c", DecidedBy.EXACT_HOST),
    ("x.b.c", "*.b.c", DecidedBy.WILDCARD_HOST),
    ("y.x.b.c", "", DecidedBy.ANY_HOST),
    ("b.c", "", DecidedBy.ANY_HOST),
    ("c", "", DecidedBy.ANY_HOST),
    ("[::1]", "", DecidedBy.ANY_HOST),
    ("10.0.0.1", "", DecidedBy.ANY_HOST),
    ("", "", DecidedBy.ANY_HOST),
]


@pytest.mark.parametrize(("name", "pattern", "decided_by"), HOSTS)
def test_host(name, pattern, decided_by):
    match = table_of(host("a.b.c", "/"), host("*.b.c", "/"), host("", "/")).match(name, "/")
    assert match.host is not None
    assert (match.host.pattern, match.decided_by) == (pattern, decided_by)


def test_a_host_that_is_known_hides_the_less_specific():
    table = table_of(host("a.b", "/only"), host("*.b", "/"), host("", "/"))
    match = table.match("a.b", "/")
    assert (match.route, match.decided_by) == (None, DecidedBy.NOTHING)


NO_MATCH = [
    # the host's own default backend, an Ingress's without rules, the flag's; known, unknown host
    ("own", "ruleless", "flag", "own", "ruleless"),
    (None, "ruleless", "flag", "flag", "ruleless"),
    (None, None, "flag", "flag", "flag"),
    (None, "ruleless", None, None, "ruleless"),
    ("own", None, None, "own", None),
    (None, None, None, None, None),
]
DECIDED = {
    "own": DecidedBy.HOST_FALLBACK,
    "ruleless": DecidedBy.FALLBACK,
    "flag": DecidedBy.DEFAULT_BACKEND,
    None: DecidedBy.NOTHING,
}


@pytest.mark.parametrize(("own", "ruleless", "flag", "known", "unknown"), NO_MATCH)
def test_no_match(own, ruleless, flag, known, unknown):
    table = table_of(
        host("a.b", "/foo", fallback=own and default_backend(own)),
        fallback=ruleless and default_backend(ruleless),
        default_backend=flag and default_backend(flag),
    )
    for name, expected in (("a.b", known), ("c.d", unknown)):
        match = table.match(name, "/")
        assert match.route == (expected and default_backend(expected))
        assert match.decided_by is DECIDED[expected]
        assert (match.host is None) == (name == "c.d")


def test_a_host_that_only_a_rule_without_a_host_covers_has_its_fallback():
    table = table_of(
        host("", "/foo", fallback=default_backend("own")), fallback=default_backend("ruleless")
    )
    match = table.match("c.d", "/")
    assert (match.route, match.decided_by) == (default_backend("own"), DecidedBy.HOST_FALLBACK)


# -- TLS hosts ------------------------------------------------------------------------------

NAMES = {
    "a.b": ServerName(certificate="x/exact"),
    "*.b": ServerName(certificate="x/wildcard"),
    ANY_HOST: ServerName(certificate="x/any"),
    "broken.b": ServerName(),
}
PICKED = [
    ("a.b", "x/exact", PickedBy.EXACT),
    ("c.b", "x/wildcard", PickedBy.WILDCARD),
    ("d.c.b", "x/any", PickedBy.ANY),
    ("localhost", "x/any", PickedBy.ANY),
    ("", "x/any", PickedBy.ANY),
    ("ruled.c", "x/default", PickedBy.DEFAULT),
    ("x.ruled.d", "x/default", PickedBy.DEFAULT),
    ("ruled", "x/default", PickedBy.DEFAULT),
    ("broken.b", "x/default", PickedBy.DEFAULT_INSTEAD),
]


@pytest.mark.parametrize(("name", "secret", "picked_by"), PICKED)
def test_certificate(name, secret, picked_by):
    hosts = (host("ruled.c", "/"), host("*.ruled.d", "/"), host("ruled", "/"), host("", "/"))
    table = table_of(*hosts, server_names=NAMES, default_certificate="x/default")
    assert table.certificate_for(name) == (secret, picked_by)


def test_without_any_certificate_the_self_made_one_is_left():
    table = table_of(server_names={"a.b": ServerName()})
    assert table.certificate_for("a.b") == ("", PickedBy.SELF_MADE_INSTEAD)
    assert table.certificate_for("c.d") == ("", PickedBy.SELF_MADE)


def test_a_tls_host_may_be_one_that_no_rule_names():
    match = table_of(server_names=NAMES).match("a.b", "/")
    assert (match.host, match.server_name) == (None, NAMES["a.b"])


def test_covering_hosts_come_in_order():
    table = table_of(host("", "/"), host("*.b", "/"), host("a.b", "/"))
    assert [one.pattern for one in table.covering("a.b")] == ["a.b", "*.b", ""]
    assert [one.pattern for one in table.covering("")] == [""]


# -- from one Snapshot to the next ------------------------------------------------------------


def test_only_the_host_that_changed_is_built_again():
    kept, old, new = host("kept.b", "/"), host("a.b", "/old"), host("a.b", "/new")
    before = RoutingTable.build(Snapshot(hosts=by_pattern(kept, old, host("gone.b", "/"))))
    after = RoutingTable.build(Snapshot(hosts=by_pattern(kept, new, host("more.b", "/"))), before)
    assert after._hosts["kept.b"] is before._hosts["kept.b"]
    assert after.match("a.b", "/new").host is new
    assert after.match("more.b", "/").route
    assert after.match("gone.b", "/").host is None
    assert before.match("a.b", "/old").host is old
    assert before.match("gone.b", "/").route


def test_where_no_host_changed_nothing_is_built():
    hosts = by_pattern(host("a.b", "/"))
    before = RoutingTable.build(Snapshot(hosts=hosts))
    names = {"a.b": ServerName()}
    after = RoutingTable.build(Snapshot(hosts=hosts, server_names=names), before)
    assert after._hosts is before._hosts
    assert after.match("a.b", "/").server_name == ServerName()


# -- against a model that is obviously right ---------------------------------------------------


def naive_host(hosts, name):
    """Try every pattern, label by label."""

    def covers(pattern):
        first, *rest = name.split(".")
        return first and rest and pattern.split(".") == ["*", *rest]

    exact = [one for one in hosts if one.pattern == name]
    wildcard = [one for one in hosts if covers(one.pattern)]
    unnamed = [one for one in hosts if one.pattern == ANY_HOST]
    return next(iter(exact + wildcard + unnamed), None)


def naive_route(one, path):
    """Try every route, element by element, and take the best."""

    def matches(rule):
        if rule.kind is MatchKind.EXACT:
            return rule.path == path
        wanted = [element for element in rule.path.split("/")[1:] if rule.path != "/"]
        return path.split("/")[1 : 1 + len(wanted)] == wanted

    found = [rule for rule in one.routes if matches(rule)]
    return max(found, key=lambda r: (len(r.path), r.kind is MatchKind.EXACT), default=None)


names = st.sampled_from(["a.b", "b.b", "x.a.b", "b", "a.b.c", ""])
patterns = st.sampled_from(["a.b", "b.b", "b", "*.b", "*.a.b", "*.b.c", "x.a.b", ""])
paths = st.lists(st.sampled_from(["a", "b", "aa", "", "%2F"]), max_size=4).map(
    lambda parts: normalise_path("/" + "/".join(parts))
)
rules = st.one_of(paths.map(prefix_of), paths.map("= {}".format))
hosts_strategy = st.lists(
    st.builds(
        lambda pattern, found, fallback: host(pattern, *found, fallback=fallback),
        patterns,
        st.lists(rules, unique=True, max_size=6),
        st.sampled_from([None, default_backend("own")]),
    ),
    unique_by=lambda one: one.pattern,
    max_size=5,
)


@given(hosts=hosts_strategy, name=names, path=paths)
def test_agrees_with_the_naive_model(hosts, name, path):
    match = table_of(*hosts).match(name, path)
    expected = naive_host(hosts, name)
    assert match.host is expected
    assert match.route == (expected and (naive_route(expected, path) or expected.fallback))


@given(before=hosts_strategy, after=hosts_strategy, kept=st.booleans(), name=names, path=paths)
def test_built_along_any_way_it_is_the_same(before, after, kept, name, path):
    old = Snapshot(hosts=by_pattern(*before))
    new = Snapshot(hosts={**(old.hosts if kept else {}), **by_pattern(*after)})
    along = RoutingTable.build(new, RoutingTable.build(old))
    found, expected = along.match(name, path), RoutingTable.build(new).match(name, path)
    assert (found.route, found.host, found.server_name, found.decided_by) == (
        *(expected.route, expected.host, expected.server_name, expected.decided_by),
    )
    assert along._hosts.keys() == new.hosts.keys()
