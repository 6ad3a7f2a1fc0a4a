import pytest

from ingress.issuer.keys import IssuerError
from ingress.issuer.names import file_stem, read_name


@pytest.mark.parametrize(
    ("text", "name", "stem"),
    [
        ("www.A.b", "www.a.b", "www.a.b"),
        ("a.b.", "a.b", "a.b"),
        ("*.a.b", "*.a.b", "_wildcard.a.b"),
        ("localhost", "localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("[2001:DB8::0001]", "2001:db8::1", "2001-db8--1"),
        ("ca", "ca", "_ca"),
    ],
)
def test_names_and_the_files_they_are_kept_in(text, name, stem):
    assert read_name(text) == name
    assert file_stem(name) == stem


@pytest.mark.parametrize(
    "text",
    [
        *("", "*", "a b", "a..b", "x:80", "*.*.a", "../x", f"{'a' * 64}.test"),
        *("999.1.1.1", "*.127.0.0.1", "fe80::1%eth0"),
    ],
)
def test_what_no_client_could_ask_for_is_refused(text):
    with pytest.raises(IssuerError, match="neither a host name nor an IP address"):
        read_name(text)
