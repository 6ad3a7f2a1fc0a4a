from cluster.auditing import Asked, Right, needed

ALL = Right("get", "secrets", "", "")
THERE = Right("get", "secrets", "there", "")
ONE = Right("get", "secrets", "there", "one")
LIST = Right("list", "secrets", "there", "")

GET = Asked("get", "secrets", "there", "one")
OTHER = Asked("get", "secrets", "there", "other")
ELSEWHERE = Asked("get", "secrets", "elsewhere", "one")


def test_what_alone_allows_something_is_needed():
    assert needed([ONE, LIST], [GET]) == {ONE}
    assert needed([THERE, LIST], [GET, OTHER]) == {THERE}
    assert needed([ALL], [ELSEWHERE]) == {ALL}


def test_what_another_right_allows_as_well_is_not():
    assert needed([ALL, THERE, ONE], [GET, OTHER]) == set()
    assert needed([ALL, ONE], [GET, ELSEWHERE]) == {ALL}


def test_what_was_not_asked_for_is_not():
    assert needed([ALL, LIST], []) == set()
    assert needed([ONE], [OTHER]) == set()
