from ipaddress import ip_network

import pytest

from ingress.model.messages import known_of
from ingress.policies import identity
from ingress.policies.identity import identify, is_trusted, request_id_of
from ingress.policies.ports import PublicPorts
from tests.policies.building import lines, peer, written

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def ask(*headers, address="10.0.0.1", tls=False, trusted=TRUSTED):
    return identify(
        peer(address, tls=tls),
        known_of(lines(*headers)),
        trusted_proxies=trusted,
        ports=PublicPorts(80, 443),
    )


@pytest.mark.parametrize(
    ("address", "forwarded_for", "client"),
    [
        # A stranger's word counts for nothing.
        ("192.0.2.1", ["1.1.1.1"], "192.0.2.1"),
        ("2001:db8::1", ["1.1.1.1"], "2001:db8::1"),
        # The right-most that is not trusted itself.
        ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["6.6.6.6, 1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["6.6.6.6, 1.1.1.1, 10.9.9.9"], "1.1.1.1"),
        ("10.0.0.1", ["6.6.6.6", "1.1.1.1", "10.9.9.9"], "1.1.1.1"),
        ("fd00::1", ["2001:DB8:0::1"], "2001:db8::1"),
        # All are trusted: the left-most.
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        # Whatever is no address ends the walk.
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["1.1.1.1, \xff"], "10.0.0.1"),
        # As some proxies write it.
        ("10.0.0.1", ["1.1.1.1:5000"], "1.1.1.1"),
        ("10.0.0.1", ["[2001:db8::1]:5000"], "2001:db8::1"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:1.1.1.1"], "1.1.1.1"),
        # What a listener on [::] says of IPv4, and of a link-local peer.
        ("::ffff:10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("::ffff:192.0.2.1", ["1.1.1.1"], "192.0.2.1"),
        ("fe80::1%eth0", ["1.1.1.1"], "fe80::1"),
        ("not:an:address", ["1.1.1.1"], "not:an:address"),
    ],
)
def test_client(address, forwarded_for, client):
    headers = [f"X-Forwarded-For: {value}" for value in forwarded_for]
    assert ask(*headers, address=address).client == client


@pytest.mark.parametrize(
    ("address", "tls", "told", "scheme"),
    [
        ("192.0.2.1", False, ["https"], "http"),
        ("192.0.2.1", True, ["http"], "https"),
        ("10.0.0.1", False, ["https"], "https"),
        ("10.0.0.1", False, ["HTTPS"], "https"),
        ("10.0.0.1", False, ["wss"], "https"),
        ("10.0.0.1", True, ["http"], "http"),
        ("10.0.0.1", False, [], "http"),
        ("10.0.0.1", True, [], "https"),
        ("10.0.0.1", False, ["https, http"], "http"),
        ("10.0.0.1", False, ["https", "https"], "http"),
        ("10.0.0.1", False, ["gopher"], "http"),
    ],
)
def test_scheme(address, tls, told, scheme):
    headers = [f"x-forwarded-proto: {value}" for value in told]
    asked = ask(*headers, address=address, tls=tls)
    assert (asked.scheme, asked.port) == (scheme, 443 if scheme == "https" else 80)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["abc"], True),
        (["a" * 128], True),
        (["Root=1-67891233-abcdef012345678912345678"], False),
        (["A.b_c:d-9"], True),
        (["a" * 129], False),
        ([""], False),
        (["a b"], False),
        (["a\n"], True),  # the wire has taken white space off the ends
        (["abc", "def"], False),
        ([], False),
    ],
)
def test_request_id(sent, kept):
    known = known_of(lines(*(f"X-REQUEST-ID: {value}" for value in sent)))
    assert request_id_of(known) == (sent[0].strip() if kept else "")


def test_trust():
    assert ask(address="10.0.0.1").trusted
    assert ask(address="10.0.0.1").peer == "10.0.0.1"
    assert not ask(address="192.0.2.1").trusted
    assert not ask(address="10.0.0.1", trusted=()).trusted


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.0.0.1", True),
        ("::ffff:10.0.0.1", True),
        ("fd00::1%eth0", True),
        ("192.0.2.1", False),
        ("fe80::1", False),
        ("not:an:address", False),
    ],
)
def test_trust_is_the_peers(address, trusted):
    assert is_trusted(peer(address), TRUSTED) is trusted
    assert ask(address=address).trusted is trusted
    assert not is_trusted(peer(address), ())


def test_an_upstream_is_told_of_the_client_in_lines():
    told = ["X-Forwarded-For: 2001:DB8::1", "X-Forwarded-Proto: https"]
    assert written(ask(*told, address="fd00::1").fields) == [
        "X-Forwarded-For: 2001:db8::1",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Scheme: https",
        "X-Scheme: https",
        "X-Real-IP: 2001:db8::1",
    ]


def test_all_requests_of_a_stranger_have_one_identity():
    told = ["X-Forwarded-For: 1.1.1.1", "X-Forwarded-Proto: https", "X-Request-ID: x"]
    theirs, other = ask(*told, address="192.0.2.1"), ask(address="192.0.2.1")
    for name in ("client", "peer", "scheme", "port", "trusted", "fields"):
        assert getattr(theirs, name) == getattr(other, name)


def test_what_is_long_and_said_to_be_an_address_does_not_fill_the_memory():
    ask()
    before = len(identity._addresses)
    assert ask(f"X-Forwarded-For: {'a' * 60_000}").client == "10.0.0.1"
    assert len(identity._addresses) == before
