from ingress.model import messages
from ingress.model.messages import (
    field_key,
    first_value,
    known_of,
    tokens_of,
    with_doubles,
)


def test_what_means_something_is_known():
    headers = [(b"Accept", b""), (b"X-Request-ID", b"1"), (b"x-request-iD", b"2"), (b"X-Odd", b"3")]
    headers.append((b"X_Real_IP", b"4"))
    known = known_of(headers)
    assert known == {b"accept": [b""], b"x-request-id": [b"1", b"2"], b"x_real_ip": [b"4"]}
    assert first_value(known, b"x-request-id") == b"1"
    assert first_value(known, b"host") == b""


def test_names_have_doubles_that_cgi_cannot_tell_from_them():
    assert with_doubles([b"te", b"x-real-ip", b"keep-alive"]) == {
        b"te",
        b"x-real-ip",
        b"x_real-ip",
        b"x-real_ip",
        b"x_real_ip",
        b"keep-alive",
        b"keep_alive",
    }
    assert with_doubles([]) == frozenset()


def test_a_key_is_a_name_in_lower_case_if_it_means_something():
    assert field_key(b"X_Forwarded-FOR") == b"x_forwarded-for"
    assert field_key(b"Host") == b"host"
    assert field_key(b"X-Odd") == field_key(b"") == b""


def test_members_of_a_field():
    assert tokens_of(b"Keep-Alive,, close ,,x") == {b"keep-alive", b"close", b"x"}


def test_members_that_are_long_do_not_fill_the_memory():
    messages._members.clear()
    assert tokens_of(b"Close, " + b"x" * 60_000) == {b"close", b"x" * 60_000}
    assert tokens_of(b"close") == {b"close"}
    assert messages._members == {b"close": {b"close"}}
