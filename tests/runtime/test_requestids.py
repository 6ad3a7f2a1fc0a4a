import re

from ingress.runtime.requestids import RequestIds


def test_no_id_is_given_twice():
    ids = RequestIds()
    given = [ids.new() for _ in range(1000)]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in given)
    assert len(set(given)) == 1000
