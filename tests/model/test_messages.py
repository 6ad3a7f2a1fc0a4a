from ingress.model.messages import RequestHead, first_value


def test_target_is_the_path_that_was_matched_and_the_query_as_it_came():
    head = RequestHead("GET", "a.b", None, "a.b", "/%C3%A4", "?b=%c3%a4&&", (1, 1), [])
    assert head.target == "/%C3%A4?b=%c3%a4&&"
    assert head._replace(query="").target == "/%C3%A4"


def test_the_first_value_of_a_field():
    headers = [(b"Accept", b""), (b"X-Id", b"1"), (b"x-iD", b"2"), (b"x-it", b"3")]
    assert first_value(headers, b"x-id") == b"1"
    assert first_value(headers, b"accept") == b""
    assert first_value(headers, b"none") == b""
