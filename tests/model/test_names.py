import pytest

from ingress.model.names import is_name, is_namespace


@pytest.mark.parametrize("text", ["a", "web-1", "a.b-c.d", "0", "x" * 253])
def test_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "text", ["", "A", "a_b", "-a", "a-", ".a", "a.", "a/b", "a b", "a..b", "a\n", "é", "x" * 254]
)
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)
    assert not is_namespace(text)


def test_a_namespace_is_one_label() -> None:
    assert is_namespace("x" * 63)
    assert not is_namespace("x" * 64)
    assert not is_namespace("a.b")
