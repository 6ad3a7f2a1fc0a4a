import pytest

from ingress.explain.asked import Asked, request_of


def head(url, **fields):
    request = request_of(Asked(url=url, **fields))
    assert request is not None
    return request.head


@pytest.mark.parametrize(
    ("url", "host", "target", "port", "tls"),
    [
        ("http://a.b", "a.b", "/", 80, False),
        ("a.b/x", "a.b", "/x", 80, False),
        ("a.b:8080/x", "a.b", "/x", 8080, False),
        ("HTTPS://A.B./x?y=1#z", "a.b", "/x?y=1", 443, True),
        ("https://a.b:8443", "a.b", "/", 8443, True),
        ("http://user:pass@a.b/", "a.b", "/", 80, False),
        ("http://[::1]:81/", "[::1]", "/", 81, False),
        ("http://bücher.example/ä b/%7e", "xn--bcher-kva.example", "/%C3%A4%20b/~", 80, False),
        ("http://a.b/x/../y", "a.b", "/y", 80, False),
    ],
)
def test_url(url, host, target, port, tls):
    request = request_of(Asked(url=url, client="192.0.2.1"))
    assert request is not None
    assert (request.head.host, request.head.target) == (host, target)
    assert (request.peer.address, request.peer.local_port) == ("192.0.2.1", port)
    assert request.peer.tls is tls
    assert request.sni == ("" if host.startswith("[") else host)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http:///x",
        "http://[::1",
        "http://a..b/",
        "http://a_b_%/",
        "http://ü..b/",
        "http://a.b:99999/",
        "http://a.b/%zz",
        "ftp://a.b/",
    ],
)
def test_no_request(url):
    assert request_of(Asked(url=url)) is None


def test_host_header_goes_before_the_url_but_not_for_sni():
    headers = (("host", "c.d:81"), ("X-Real-IP", " 1 "), ("X-A", "2"))
    asked = Asked(url="https://a.b/x", headers=headers, method="POST")
    request = request_of(asked)
    assert request is not None
    assert (request.head.host, request.head.port, request.sni) == ("c.d", 81, "a.b")
    assert request.head.known == {"host": [b"c.d:81"], "x-real-ip": [b"1"]}
    assert request.head.method == "POST"


def test_without_one_the_host_comes_of_the_url():
    assert head("http://A.b:81/").known == {"host": [b"A.b:81"]}
    assert head("http://A.b:81/").authority == "A.b:81"


@pytest.mark.parametrize("hosts", [["a.b", "a.b"], ["not a host"], [""]])
def test_bad_host_headers(hosts):
    headers = tuple(("Host", host) for host in hosts)
    assert request_of(Asked(url="http://a.b/", headers=headers)) is None
