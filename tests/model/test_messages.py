from ingress.model.messages import RequestHead


def test_target_is_the_path_that_was_matched_and_the_query_as_it_came():
    head = RequestHead("GET", "a.b", None, "a.b", "/%C3%A4", "?b=%c3%a4&&", (1, 1), [])
    assert head.target == "/%C3%A4?b=%c3%a4&&"
    assert head._replace(query="").target == "/%C3%A4"
