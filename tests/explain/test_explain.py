import json
from ipaddress import ip_network

import msgspec
import pytest

from ingress.explain import Asked, Served, explain
from ingress.model.snapshot import Affinity, Backend, Endpoint, ServerName, Snapshot
from ingress.policies import PublicPorts
from ingress.routing import RoutingTable
from tests.routing.building import by_pattern, default_backend, host, route, shadowed

PODS = tuple(Endpoint(address=f"10.0.0.{n}", port=8080, target=f"web-{n}") for n in (1, 2, 3))
WEB = {"default/web:80": Backend(key="default/web:80", endpoints=PODS)}


def said(url, *hosts, backends=WEB, trusted=(), asked=None, **fields):
    snapshot = Snapshot(hosts=by_pattern(*hosts), backends=backends, **fields)
    served = Served(
        snapshot, RoutingTable.build(snapshot), trusted, PublicPorts(https_listener=8443)
    )
    return json.loads(msgspec.json.encode(explain(Asked(url=url, **(asked or {})), served)))


def test_everything():
    hosts = [
        host("gasbugs.com", "/foo", "/", shadowed=[shadowed("default/young", "/foo/")]),
        host("", "/foo"),
    ]
    assert said("http://gasbugs.com/foo/bar", *hosts) == {
        "status": 200,
        "host": {"pattern": "gasbugs.com", "kind": "exact"},
        "route": {
            "ingress": "default/i",
            "path": "/foo",
            "pathType": "Prefix",
            "backend": {"service": "default/web", "port": 80},
            "endpoints": [
                {"address": "10.0.0.1", "port": 8080, "target": "web-1"},
                {"address": "10.0.0.2", "port": 8080, "target": "web-2"},
                {"address": "10.0.0.3", "port": 8080, "target": "web-3"},
            ],
            "chosen": None,
            "problem": None,
            "policies": {
                "sslRedirect": {"enabled": True, "origin": "default"},
                "timeouts": {"connect": 5.0, "read": 60.0, "send": 60.0, "origin": "default"},
                "bodyLimit": {"maxBytes": 0, "origin": "default"},
            },
        },
        "decidedBy": "oldest Ingress",
        "losers": [
            {
                "ingress": "default/i",
                "host": "gasbugs.com",
                "path": "/",
                "pathType": "Prefix",
                "reason": "it matches, but a longer path does too",
            },
            {
                "ingress": "default/young",
                "host": "gasbugs.com",
                "path": "/foo/",
                "pathType": "Prefix",
                "reason": "an older Ingress has the same host and path",
            },
            {
                "ingress": "default/i",
                "host": "*",
                "path": "/foo",
                "pathType": "Prefix",
                "reason": "it matches, but a more specific host takes the request",
            },
        ],
        "nearest": [],
        "certificate": None,
    }


def test_nothing():
    assert said("http://www.gasbugs.com/", host("gasbugs.com", "/")) == {
        "status": 404,
        "host": None,
        "route": None,
        "decidedBy": "no match",
        "losers": [],
        "nearest": ["gasbugs.com"],
        "certificate": None,
    }


def test_no_path():
    answer = said("http://a.b/fo", host("a.b", "/foo", "/bar"))
    assert (answer["status"], answer["nearest"][0]) == (404, "/foo")
    assert [loser["reason"] for loser in answer["losers"]] == ["its path does not match"] * 2


def test_no_request():
    answer = said("http://a..b/", host("a.b", "/"))
    assert (answer["status"], answer["host"], answer["decidedBy"]) == (400, None, None)


@pytest.mark.parametrize(
    ("backends", "rule", "problem"),
    [
        ({}, route("/"), None),
        ({"default/web:80": Backend(key="k", problem="ServiceMissing")}, "/", "ServiceMissing"),
        (WEB, route("/", backend=None), None),
        (WEB, route("/", backend=None, refused="not supported"), "not supported"),
    ],
)
def test_service_unavailable(backends, rule, problem):
    answer = said("http://a.b/", host("a.b", rule), backends=backends)
    assert (answer["status"], answer["route"]["problem"]) == (503, problem)
    assert answer["route"]["endpoints"] == []


def test_redirect():
    names = {"a.b": ServerName()}
    answer = said("http://a.b/", host("a.b", "/"), server_names=names)
    assert answer["status"] == 308
    assert answer["route"]["ingress"] == "default/i"
    assert answer["certificate"]["decidedBy"].startswith("self-made certificate")
    assert said("https://a.b/", host("a.b", "/"), server_names=names)["status"] == 200


def test_a_trusted_proxy_stops_the_redirect():
    asked = {"client": "10.9.9.9", "headers": (("X-Forwarded-Proto", "https"),)}
    fields = {"asked": asked, "server_names": {"a.b": ServerName()}}
    assert said("http://a.b/", host("a.b", "/"), **fields)["status"] == 308
    trusted = (ip_network("10.0.0.0/8"),)
    assert said("http://a.b/", host("a.b", "/"), trusted=trusted, **fields)["status"] == 200


@pytest.mark.parametrize(
    ("hosts", "fields", "decided_by"),
    [
        (
            [host("a.b", "/x", fallback=default_backend("own"))],
            {},
            "default backend of the host's oldest Ingress",
        ),
        ([], {"fallback": default_backend("own")}, None),
        ([], {"default_backend": route("/", ingress="")}, "--default-backend"),
    ],
)
def test_default_backends_have_no_path(hosts, fields, decided_by):
    answer = said("http://a.b/", *hosts, **fields)
    assert (answer["status"], answer["nearest"]) == (200, [])
    assert (answer["route"]["path"], answer["route"]["pathType"]) == (None, None)
    assert decided_by in {answer["decidedBy"], None}


def test_a_client_that_is_tied_to_an_endpoint():
    backend = Backend(key="default/web:80", endpoints=PODS, affinity=Affinity.CLIENT_IP)
    chosen = [
        said(
            "http://a.b/",
            host("a.b", "/"),
            backends={"default/web:80": backend},
            asked={"client": f"192.0.2.{number}"},
        )["route"]["chosen"]["target"]
        for number in range(20)
    ]
    assert set(chosen) == {"web-1", "web-2", "web-3"}
