import pytest
from cli.snapshots import LISTENERS, host, route, snapshot

from ingress.cli.examples import curl_lines


def lines(served, listeners=LISTENERS):
    return list(curl_lines(served, listeners, trust="--cacert ca.crt"))


def test_three_lines_show_three_things():
    served = snapshot(
        host("a.b", route("gone")),
        host("b.b", route("web", "/it's")),
        host("c.b", route("web")),
        host("s.b", route("web")),
        tls=("s.b",),
    )
    assert lines(served) == [
        "curl -H 'Host: b.b' 'http://127.0.0.1:8080/it'\"'\"'s'",
        "curl --resolve c.b:8080:127.0.0.1 http://c.b:8080/",
        "curl --cacert ca.crt --resolve 's.b:8443:[::1]' https://s.b:8443/",
    ]


def test_one_host_is_asked_in_three_ways():
    assert lines(snapshot(host("*.b", route("web")))) == [
        "curl -H 'Host: www.b' http://127.0.0.1:8080/",
        "curl --resolve www.b:8080:127.0.0.1 http://www.b:8080/",
        "curl --cacert ca.crt --resolve 'www.b:8443:[::1]' https://www.b:8443/",
    ]


def test_a_redirect_shows_its_head():
    first, *_ = lines(snapshot(host("a.b", route("web")), tls=("a.b",)))
    assert first == "curl -i -H 'Host: a.b' http://127.0.0.1:8080/"


def test_rules_without_a_host_need_no_name():
    assert lines(snapshot(host("", route("web")))) == [
        "curl http://127.0.0.1:8080/",
        "curl http://127.0.0.1:8080/",
        "curl --cacert ca.crt 'https://[::1]:8443/'",
    ]


@pytest.mark.parametrize(("name", "scheme"), [("http", "http://"), ("https", "https://")])
def test_only_what_is_listened_on_is_asked(name, scheme):
    said = lines(snapshot(host("a.b", route("web"))), {name: LISTENERS[name]})
    assert said
    assert all(scheme in line for line in said)
