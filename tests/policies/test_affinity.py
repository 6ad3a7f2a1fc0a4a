from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ingress.model.snapshot import Endpoint
from ingress.policies.affinity import pick_by_client

addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
endpoint_lists = st.lists(
    st.builds(
        lambda address, port: Endpoint(address=address, port=port),
        addresses,
        st.integers(1, 65_535),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


@given(client=addresses, endpoints=endpoint_lists, data=st.data())
def test_only_the_clients_of_an_endpoint_that_goes_move(client, endpoints, data):
    picked = pick_by_client(client, endpoints)
    gone = data.draw(st.sampled_from(endpoints))
    left = [one for one in endpoints if one is not gone]
    if picked is not gone:
        assert pick_by_client(client, left) is picked


@given(client=addresses, endpoints=endpoint_lists, data=st.data())
def test_order_and_pod_names_do_not_matter(client, endpoints, data):
    shuffled = data.draw(st.permutations(endpoints))
    renamed = [Endpoint(address=one.address, port=one.port, target="new") for one in shuffled]
    picked = pick_by_client(client, endpoints)
    again = pick_by_client(client, renamed)
    assert (picked.address, picked.port) == (again.address, again.port)


def test_clients_are_spread():
    endpoints = [Endpoint(address=f"10.0.0.{number}", port=8080) for number in range(5)]
    clients = (f"192.0.{high}.{low}" for high in range(20) for low in range(250))
    counts = Counter(pick_by_client(client, endpoints) for client in clients)
    assert len(counts) == 5
    assert max(counts.values()) < 1.15 * min(counts.values())


def test_the_same_in_every_process_and_version():
    endpoints = [Endpoint(address=f"10.0.0.{number}", port=8080) for number in range(4)]
    picked = [pick_by_client(f"192.0.2.{number}", endpoints).address[-1] for number in range(12)]
    assert "".join(picked) == "231321233013"
