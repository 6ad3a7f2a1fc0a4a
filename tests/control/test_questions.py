import pytest

from ingress.control.questions import QuestionError, read_question
from ingress.explain import Asked


def test_a_url_alone_is_a_get() -> None:
    asked = read_question({"url": ["https://a.test/x?y"]})
    assert asked == Asked(url="https://a.test/x?y")


def test_everything_that_can_be_asked() -> None:
    query = {
        "url": ["http://a.test/"],
        "method": ["POST"],
        "header": ["Cookie: a=b", "X-Twice:1", "X-Twice:2", "X-Empty:"],
        "client": ["2001:DB8::1"],
    }
    headers = (("Cookie", "a=b"), ("X-Twice", "1"), ("X-Twice", "2"), ("X-Empty", ""))
    assert read_question(query) == Asked(
        url="http://a.test/", method="POST", headers=headers, client="2001:db8::1"
    )


@pytest.mark.parametrize(
    ("query", "message", "mend"),
    [
        ({}, "no url", "/explain?url="),
        ({"url": [""]}, "no url", "/explain?url="),
        ({"url": ["ftp://a/"]}, "no http or https URL", "https://host/path"),
        ({"url": ["a", "b"]}, "url is given 2 times", "give one url"),
        ({"url": ["a"], "q": ["1"]}, "'q' is not known", "%26"),
        ({"url": ["a"], "method": ["G T"]}, "'G T' is no method", "GET"),
        ({"url": ["a"], "header": ["Cookie"]}, "'Cookie' is no header", "Name:value"),
        ({"url": ["a"], "header": [": x"]}, "': x' is no header", "Name:value"),
        ({"url": ["a"], "client": ["localhost"]}, "no IP address", "client=192.0.2.7"),
    ],
)
def test_what_cannot_be_understood_has_a_mend(
    query: dict[str, list[str]], message: str, mend: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        read_question(query)
    assert message in str(caught.value)
    assert mend in caught.value.mend
