import pytest

from ingress.model.match import DecidedBy, Match
from tests.routing.building import route


def test_a_match_says_what_was_found_and_goes_on_saying_it():
    taken = route("/")
    match = Match(taken, None, None, DecidedBy.LONGEST_PATH)
    found = (match.route, match.host, match.server_name, match.decided_by)
    assert found == (taken, None, None, DecidedBy.LONGEST_PATH)
    with pytest.raises(AttributeError):
        match.other = taken
