import pytest

from ingress.settings import ListenAddress


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (ListenAddress("127.0.0.1", 8080), "127.0.0.1:8080"),
        (ListenAddress("::1", 0), "[::1]:0"),
    ],
)
def test_an_address_is_written_as_urls_write_it(address, text):
    assert str(address) == text
