from collections import Counter

import pytest

from ingress.model.snapshot import Affinity, Backend, Endpoint
from ingress.policies.affinity import pick_by_client
from ingress.proxy.balancer import MAX_SLOW_TRIES, MAX_TRIES, Balancer, is_idempotent, next_try
from ingress.proxy.failures import Failure, FailureKind, Retry


def endpoints(*hosts):
    return tuple(Endpoint(address=f"10.0.0.{host}", port=80) for host in hosts)


def backend(*hosts, key="ns/a:80", affinity=Affinity.NONE):
    return Backend(key=key, endpoints=endpoints(*hosts), affinity=affinity)


def chosen(balancer, of, times, client="c"):
    return Counter(balancer.choose(of, client) for _ in range(times))


def test_round_robin_is_equal_within_one():
    for times in (299, 300, 301):
        counts = chosen(Balancer(), backend(1, 2, 3), times).values()
        assert max(counts) - min(counts) <= 1


def test_workers_that_start_apart_are_equal_together():
    for each in range(299, 302):
        counts = Counter()
        for number in range(3):
            balancer = Balancer(start=number)
            counts.update(balancer.choose(backend(1, 2, 3), "c") for _ in range(each))
        assert max(counts.values()) - min(counts.values()) == 0


def test_turns_outlive_swaps_and_changes_of_other_backends():
    balancer, counts = Balancer(), Counter()
    for round_ in range(300):
        # Every request sees another snapshot: equal objects, not the same ones.
        counts[balancer.choose(backend(1, 2, 3), "c")] += 1
        balancer.choose(backend(*range(1, 2 + round_ % 5), key="ns/b:80"), "c")
        balancer.retain(["ns/a:80", "ns/b:80"])
    assert sorted(counts.values()) == [100, 100, 100]


def test_turns_go_on_where_endpoints_come_and_go():
    balancer = Balancer()
    seen = [(1, 3, 5), (1, 3, 5), (1, 4, 5), (1, 4, 5), (1,), (1, 2), (1, 2)]
    order = [balancer.choose(backend(*hosts), "c") for hosts in seen]
    assert order == list(endpoints(1, 3, 4, 5, 1, 2, 1))


def test_backends_take_turns_each_for_itself():
    balancer = Balancer()
    for _ in range(2):
        assert balancer.choose(backend(1, 2, key="ns/a:80"), "c") in endpoints(1, 2)
    assert balancer.choose(backend(1, 2, key="ns/b:80"), "c") == endpoints(1)[0]


def test_backends_that_are_gone_are_forgotten():
    balancer = Balancer()
    chosen(balancer, backend(1, 2), 1)
    balancer.retain(())
    assert balancer.choose(backend(1, 2), "c") == endpoints(1)[0]


@pytest.mark.parametrize("affinity", Affinity)
def test_endpoints_to_avoid_are_avoided(affinity):
    balancer = Balancer()
    of = backend(1, 2, 3, affinity=affinity)
    tried = set()
    for _ in range(3):
        endpoint = balancer.choose_another(of, "c", tried=tried)
        assert endpoint not in tried
        tried.add(endpoint)
    assert balancer.choose_another(of, "c", tried=tried) is None


@pytest.mark.parametrize("affinity", Affinity)
def test_no_endpoints_no_choice(affinity):
    assert Balancer().choose(backend(affinity=affinity), "c") is None


def test_a_client_stays_where_it_is():
    balancer = Balancer()
    of = backend(1, 2, 3, affinity=Affinity.CLIENT_IP)
    for number in range(50):
        client = f"192.0.2.{number}"
        assert chosen(balancer, of, 10, client) == {pick_by_client(client, of.endpoints): 10}


def test_a_client_whose_endpoint_is_avoided_goes_to_the_next_in_its_rank():
    of = backend(1, 2, 3, affinity=Affinity.CLIENT_IP)
    first = pick_by_client("c", of.endpoints)
    second = pick_by_client("c", [e for e in of.endpoints if e != first])
    assert Balancer().choose_another(of, "c", tried=[first]) == second


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
def test_idempotent_methods(method):
    assert is_idempotent(method)


@pytest.mark.parametrize("method", ["POST", "PATCH", "get", "LOCK", "CONNECT"])
def test_methods_that_must_not_be_repeated(method):
    assert not is_idempotent(method)


def after(kind, *, method="GET", body_consumed=False, tries=1):
    return next_try(Failure(kind), method=method, body_consumed=body_consumed, tries=tries)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", [FailureKind.REFUSED, FailureKind.CONNECT_TIMEOUT])
def test_another_endpoint_where_nothing_was_sent(kind, method):
    assert after(kind, method=method) is Retry.OTHER_ENDPOINT
    assert after(kind, method=method, body_consumed=True) is Retry.NEVER


def test_a_new_connection_where_a_reused_one_was_closed():
    assert after(FailureKind.STALE) is Retry.NEW_CONNECTION
    assert after(FailureKind.STALE, method="POST") is Retry.NEVER
    assert after(FailureKind.STALE, method="PUT", body_consumed=True) is Retry.NEVER


@pytest.mark.parametrize("kind", [FailureKind.RESET, FailureKind.CLOSED])
def test_a_pod_that_died_is_left_for_another_if_the_request_may_be_repeated(kind):
    assert after(kind) is Retry.OTHER_ENDPOINT
    assert after(kind, method="POST") is Retry.NEVER
    assert after(kind, method="PUT", body_consumed=True) is Retry.NEVER


@pytest.mark.parametrize("kind", [FailureKind.BROKEN, FailureKind.READ_TIMEOUT])
def test_what_the_upstream_does_wrong_it_would_do_wrong_again(kind):
    assert after(kind) is Retry.NEVER


@pytest.mark.parametrize(
    ("kind", "most"),
    [(FailureKind.REFUSED, MAX_TRIES), (FailureKind.CONNECT_TIMEOUT, MAX_SLOW_TRIES)],
)
def test_tries_are_bounded(kind, most):
    tries = [after(kind, tries=tries) for tries in range(1, most + 1)]
    assert tries == [*[Retry.OTHER_ENDPOINT] * (most - 1), Retry.NEVER]
