from ingress.proxy.patience import Patience, patience_for_a_body
from ingress.settings import ProxySettings


class Clock:
    """Time that passes by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def begun(*, longest=60.0, least_rate=10):
    clock = Clock()
    return Patience(longest, least_rate=least_rate, now=clock), clock


def waits(patience, *, paced=True):
    return patience.wait(paced=paced)


def test_a_pause_uses_it_up_and_bytes_bring_it_back():
    patience, clock = begun()
    assert waits(patience) == 60
    clock.now += 50
    assert waits(patience) == 10
    patience.feed(300)
    assert waits(patience) == 40
    patience.feed(10**9)
    assert waits(patience) == 60


def test_who_crawls_is_out_of_it_in_the_end():
    patience, clock = begun()
    pauses = 0
    while waits(patience) > 5:
        clock.now += 5
        patience.feed(1)
        pauses += 1
    assert pauses == 12


def test_whoever_keeps_the_rate_keeps_it():
    patience, clock = begun()
    for _ in range(1000):
        assert waits(patience) > 30
        clock.now += 30
        patience.feed(300)


def test_what_passes_while_nobody_waits_counts_for_nothing():
    patience, clock = begun()
    waits(patience)
    clock.now += 10
    patience.rest()
    clock.now += 1000
    patience.rest()
    assert waits(patience) == 50


def test_without_a_rate_any_byte_brings_back_all_of_it():
    patience, clock = begun(least_rate=0)
    waits(patience)
    clock.now += 59
    patience.feed(1)
    assert waits(patience) == 60


def test_what_is_not_paced_may_pause_for_the_longest_again_and_again():
    patience, clock = begun()
    for _ in range(3):
        assert waits(patience, paced=False) == 60
        clock.now += 59
        assert waits(patience, paced=False) == 1
        patience.feed(1)


def test_the_settings_say_how_much_there_is():
    patience = patience_for_a_body(ProxySettings(client_body_timeout=7.0))
    assert 0 < waits(patience) <= 7
