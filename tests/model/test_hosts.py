import pytest

from ingress.model.hosts import is_rule_host, is_wildcard, parse_authority, wildcard_of

LONGEST = ".".join(["a" * 63] * 3 + ["a" * 61])


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("a", True),
        ("a.b-c.d9", True),
        ("*.a.b", True),
        ("*.a", True),
        ("a" * 64, True),  # Kubernetes bounds names, not labels
        (LONGEST, True),
        (LONGEST + "a", False),
        ("", False),
        ("*", False),
        ("*.", False),
        ("a.*.b", False),
        ("*a.b", False),
        ("*.*.a", False),
        ("A.b", False),
        ("a_b.c", False),
        ("-a.b", False),
        ("a-.b", False),
        ("a..b", False),
        ("a.b.", False),
        ("a.b:80", False),
        ("a.b\n", False),
        ("ü.b", False),
        ("10.0.0.1", False),
        ("::1", False),
        ("[::1]", False),
    ],
)
def test_rule_host(host, allowed):
    assert is_rule_host(host) is allowed


def test_wildcard():
    assert is_wildcard("*.a.b")
    assert not is_wildcard("a.b")


@pytest.mark.parametrize(
    ("host", "pattern"),
    [
        ("a.b", "*.b"),
        ("a.b.c", "*.b.c"),
        ("a.b.c9", "*.b.c9"),
        ("a", ""),
        ("", ""),
        ("10.0.0.1", ""),
        ("[::ffff:10.0.0.1]", ""),
    ],
)
def test_wildcard_of(host, pattern):
    assert wildcard_of(host) == pattern


@pytest.mark.parametrize(
    ("authority", "parsed"),
    [
        ("a.b", ("a.b", None)),
        ("A.B", ("a.b", None)),
        ("a.b.", ("a.b", None)),
        ("a.b:80", ("a.b", 80)),
        ("a.b.:080", ("a.b", 80)),
        ("a.b:", ("a.b", None)),
        ("a_b.c", ("a_b.c", None)),
        ("10.0.0.1:80", ("10.0.0.1", 80)),
        ("[::1]", ("[::1]", None)),
        ("[FE80::A]:65535", ("[fe80::a]", 65535)),
        ("[::ffff:1.2.3.4]", ("[::ffff:1.2.3.4]", None)),
        (LONGEST + ".", (LONGEST, None)),
        (LONGEST + "a", None),
        ("", None),
        (":80", None),
        (".", None),
        (".a", None),
        ("a..b", None),
        ("a.b..", None),
        ("a.b:65536", None),
        ("a.b:123456", None),
        ("a.b:٣", None),
        ("a.b:+1", None),
        ("a.b:80:80", None),
        ("a b", None),
        ("a.b\n", None),
        ("a/b", None),
        ("a@b", None),
        ("a%2eb", None),
        ("*.a", None),
        ("a,b", None),
        ("::1", None),
        ("[::1", None),
        ("[::1]x", None),
        ("[]", None),
        ("[:::1]", None),
        ("[1.2.3.4]", None),
        ("[fe80::1%eth0]", None),
        ("ü.b", None),
    ],
)
def test_authority(authority, parsed):
    assert parse_authority(authority) == parsed
