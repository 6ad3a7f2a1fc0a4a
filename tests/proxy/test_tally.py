from hypothesis import given
from hypothesis import strategies as st

from ingress.model.snapshot import Backend, Endpoint
from ingress.proxy.tally import addresses, keys, tallied

ENDPOINTS = st.builds(Endpoint, address=st.sampled_from("abc"), port=st.integers(1, 2))
BACKENDS = st.dictionaries(
    st.sampled_from("xyz"),
    st.builds(
        Backend,
        key=st.sampled_from(["n/a:1", "n/b:1"]),
        endpoints=st.lists(ENDPOINTS, max_size=3, unique=True).map(tuple),
    ),
)


@given(st.lists(BACKENDS, max_size=5))
def test_any_history_counts_what_there_is(history):
    places, names, old = {}, {}, {}
    for new in history:
        places = tallied(places, old, new=new, uses=addresses)
        names = tallied(names, old, new=new, uses=keys)
        used = [(each.address, each.port) for it in new.values() for each in it.endpoints]
        assert places == {place: used.count(place) for place in used}
        called = [it.key for it in new.values()]
        assert names == {name: called.count(name) for name in called}
        old = new


def test_where_nothing_changed_it_is_the_same_tally():
    backends = {"x": Backend(key="n/a:1")}
    once = tallied({}, {}, new=backends, uses=keys)
    assert tallied(once, backends, new=dict(backends), uses=keys) is once
