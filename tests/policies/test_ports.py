import pytest

from ingress.policies.ports import PublicPorts
from tests.policies.building import peer


@pytest.mark.parametrize(
    ("ports", "scheme", "tls", "expected"),
    [
        (PublicPorts(), "http", False, 8080),
        (PublicPorts(), "https", True, 8080),
        (PublicPorts(80, 443), "http", False, 80),
        (PublicPorts(80, 443), "https", True, 443),
        # A trusted proxy spoke of a scheme that is not the listener's.
        (PublicPorts(), "https", False, 443),
        (PublicPorts(), "http", True, 80),
        (PublicPorts(80, 444), "https", False, 444),
    ],
)
def test_forwarded(ports, scheme, tls, expected):
    assert ports.forwarded(scheme, peer(local_port=8080, tls=tls)) == expected


def test_redirect():
    assert PublicPorts().redirect == 443
    assert PublicPorts(https_listener=8443).redirect == 8443
    assert PublicPorts(https=443, https_listener=8443).redirect == 443
