from ingress.proxy.failures import MEANINGS, UNSENT, Failure, FailureKind, Retry, Side


def test_every_kind_has_a_meaning():
    assert set(MEANINGS) == set(FailureKind)


def test_the_client_hears_whose_fault_it_was():
    for kind in FailureKind:
        failure = Failure(kind)
        assert (failure.side is Side.DOWNSTREAM) == (400 <= failure.status < 500 or is_ours(kind))
        assert failure.token == kind.value


def is_ours(kind):
    """What the client asked for, and the full lane cannot carry."""
    return kind in (FailureKind.NOT_CARRIED, FailureKind.BAD_VERSION)


def test_only_failures_of_the_upstream_are_tried_again():
    retryable = {kind for kind, meaning in MEANINGS.items() if meaning.retryable is not Retry.NEVER}
    assert {MEANINGS[kind].side for kind in retryable} == {Side.UPSTREAM}
    assert FailureKind.READ_TIMEOUT not in retryable
    assert retryable > UNSENT


def test_the_statuses_of_the_specification():
    statuses = {
        FailureKind.REFUSED: 502,
        FailureKind.RESET: 502,
        FailureKind.UNREACHABLE: 502,
        FailureKind.BROKEN: 502,
        FailureKind.CONNECT_TIMEOUT: 504,
        FailureKind.READ_TIMEOUT: 504,
        FailureKind.SEND_TIMEOUT: 504,
        FailureKind.NO_ENDPOINTS: 503,
        FailureKind.BODY_TOO_LARGE: 413,
        FailureKind.CLIENT_GONE: 499,
    }
    assert {kind: Failure(kind).status for kind in statuses} == statuses


def test_a_failure_says_its_detail():
    assert str(Failure(FailureKind.RESET)) == "upstream-reset"
    assert str(Failure(FailureKind.BROKEN, "malformed head")) == "upstream-broken: malformed head"
    assert Failure(FailureKind.BROKEN).retryable is Retry.NEVER
