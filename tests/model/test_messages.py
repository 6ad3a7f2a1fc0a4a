from msgspec import structs

from ingress.model.messages import RequestHead, first_value, known_of, tokens_of


def test_target_is_the_path_that_was_matched_and_the_query_as_it_came():
    head = RequestHead("GET", "a.b", None, "a.b", "/%C3%A4", "?b=%c3%a4&&", (1, 1), [], {})
    assert head.target == "/%C3%A4?b=%c3%a4&&"
    assert structs.replace(head, query="").target == "/%C3%A4"


def test_what_means_something_is_known():
    headers = [(b"Accept", b""), (b"X-Request-ID", b"1"), (b"x-request-iD", b"2"), (b"X-Odd", b"3")]
    headers.append((b"X_Real_IP", b"4"))
    known = known_of(headers)
    assert known == {b"accept": [b""], b"x-request-id": [b"1", b"2"], b"x_real_ip": [b"4"]}
    assert first_value(known, b"x-request-id") == b"1"
    assert first_value(known, b"host") == b""


def test_members_of_a_field():
    assert tokens_of(b"Keep-Alive,, close ,,x") == {b"keep-alive", b"close", b"x"}
