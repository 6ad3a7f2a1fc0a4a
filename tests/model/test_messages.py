import pytest

from ingress.model.messages import (
    NO_OPTIONS,
    field_key,
    first_value,
    known_of,
    options_of,
    tokens_of,
    with_doubles,
)


def test_what_means_something_is_known():
    headers = [(b"Accept", b""), (b"X-Request-ID", b"1"), (b"x-request-iD", b"2"), (b"X-Odd", b"3")]
    headers.append((b"X_Real_IP", b"4"))
    known = known_of(headers)
    assert known == {"accept": [b""], "x-request-id": [b"1", b"2"], "x_real_ip": [b"4"]}
    assert first_value(known, "x-request-id") == b"1"
    assert first_value(known, "host") == b""


def test_names_have_doubles_that_cgi_cannot_tell_from_them():
    assert with_doubles(["te", "x-real-ip", "keep-alive"]) == {
        "te",
        "x-real-ip",
        "x_real-ip",
        "x-real_ip",
        "x_real_ip",
        "keep-alive",
        "keep_alive",
    }
    assert with_doubles([]) == frozenset()


def test_a_key_is_a_name_in_lower_case_if_it_means_something():
    assert field_key(b"X_Forwarded-FOR") == "x_forwarded-for"
    assert field_key(b"Host") == "host"
    assert field_key(b"X-Odd") == field_key(b"") == ""


def test_members_of_a_field():
    assert tokens_of(b"Keep-Alive,, close ,,x") == {b"keep-alive", b"close", b"x"}


def test_members_of_any_length_are_read_alike():
    long = b"x" * 60_000
    for _ in range(2):
        assert tokens_of(b"Close, " + long) == {b"close", long}


@pytest.mark.parametrize(
    ("said", "close", "keep_alive", "upgrade", "fields"),
    [
        ([b"Close"], True, False, False, set()),
        ([b"keep-alive, Upgrade"], False, True, True, set()),
        ([b"X-Mine,, close", b"te"], True, False, False, {b"x-mine", b"te"}),
        ([b""], False, False, False, set()),
        ([b"x" * 60_000], False, False, False, {b"x" * 60_000}),
    ],
)
def test_options_of_a_connection(said, close, keep_alive, upgrade, fields):
    options = options_of({"connection": said})
    assert (options.close, options.keep_alive, options.upgrade) == (close, keep_alive, upgrade)
    assert options.fields == fields


def test_where_connection_is_missing_it_says_nothing():
    assert options_of({}) is NO_OPTIONS
    assert not NO_OPTIONS.close | NO_OPTIONS.keep_alive | NO_OPTIONS.upgrade
    assert NO_OPTIONS.fields == set()
