import io
import json

import pytest

from ingress.cli.explanation import as_json, as_text
from ingress.cli.terminal import Printer

NOTHING = {
    "status": 404,
    "host": None,
    "route": None,
    "decidedBy": "no match",
    "losers": [],
    "nearest": ["a.b", "c.d"],
    "certificate": None,
}
FOUND = {
    "status": 200,
    "host": {"pattern": "a.b", "kind": "exact"},
    "route": {
        "ingress": "default/web",
        "path": "/x",
        "pathType": "Prefix",
        "backend": {"service": "default/web", "port": "http"},
        "endpoints": [
            {"address": "::1", "port": 80, "target": "web-1"},
            {"address": "10.0.0.1", "port": 80, "target": None},
        ],
        "chosen": {"address": "10.0.0.1", "port": 80, "target": None},
        "problem": None,
        "policies": {
            "timeouts": {"read": 90.0, "origin": "default"},
            "x": {"on": False, "n": 3, "origin": "flag --x"},
        },
    },
    "decidedBy": "longest path",
    "losers": [
        {
            "ingress": "default/a",
            "host": "a.b",
            "path": "/",
            "pathType": "Prefix",
            "reason": "short",
        },
        {"ingress": "default/b", "host": "*", "path": "/", "pathType": "Exact", "reason": "host"},
    ],
    "nearest": [],
    "certificate": {
        "secret": "default/tls",
        "names": ["a.b", "*.b"],
        "notAfter": "2030-01-01T00:00:00Z",
        "default": False,
        "decidedBy": "exact TLS host",
    },
}


def text(said) -> list[str]:
    out = io.StringIO()
    as_text(said, Printer(out), question="GET http://a.b/x")
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_what_was_found_is_told_line_by_line():
    assert text(FOUND) == [
        "GET http://a.b/x → 200 (goes to an endpoint)",
        "host a.b (exact)",
        "route default/web /x Prefix",
        "backend default/web:http",
        "endpoints [::1]:80 (web-1), 10.0.0.1:80",
        "this client's 10.0.0.1:80",
        "policies timeouts: read 1m30s (default)",
        "x: on no, n 3 (flag --x)",
        "decided by longest path",
        "losers default/a a.b / Prefix: short",
        "default/b * / Exact: host",
        "certificate Secret default/tls for a.b, *.b, until 2030-01-01T00:00:00Z (exact TLS host)",
    ]


def test_what_was_not_found_is_not_told():
    assert text(NOTHING) == [
        "GET http://a.b/x → 404 (nothing takes it)",
        "decided by no match",
        "nearest a.b, c.d",
    ]


def test_a_default_backend_without_endpoints():
    route = {
        "ingress": None,
        "path": None,
        "pathType": None,
        "backend": None,
        "endpoints": [],
        "problem": "ServiceMissing",
    }
    said = NOTHING | {"status": 503, "route": route, "certificate": {"decidedBy": "nothing"}}
    lines = text(said)
    assert lines[0].endswith("→ 503 (its route has no endpoint)")
    assert "route --default-backend" in lines
    assert "backend none" in lines
    assert "endpoints none: ServiceMissing" in lines
    assert "certificate self-made (nothing)" in lines


@pytest.mark.parametrize("said", [FOUND, NOTHING])
def test_json_is_what_was_said(said):
    out = io.StringIO()
    as_json(said, Printer(out))
    assert json.loads(out.getvalue()) == said
