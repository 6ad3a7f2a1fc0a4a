"""Caddy: one processor, and one route for all hosts, which it searches in halves."""

import http.client
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import tools
from benchmarks.processes import free_ports, running
from benchmarks.sites import FIRST_CHANGE, HOSTS, IDLE, SECURE, Proxy, Site

Json = dict[str, object]
TIMEOUT = 10.0


@contextmanager
def run(site: Site) -> Iterator[Proxy]:
    """Run it; a change is a POST to its admin address."""
    plain, secure, admin = free_ports(3)

    def configured(change: str) -> str:
        return json.dumps(_config(site, ports=(plain, secure, admin), change=change))

    file = site.folder / "caddy.json"
    file.write_text(configured(FIRST_CHANGE))
    home = str(site.folder)
    env = {**os.environ, "GOMAXPROCS": "1", "HOME": home, "XDG_DATA_HOME": home}
    with running(
        [tools.find("caddy"), "run", "--config", file],
        env=env,
        log=site.folder / "log",
        ports=(plain, secure),
    ) as pid:
        yield Proxy(
            name="caddy",
            version=tools.version("caddy"),
            pid=pid,
            http=plain,
            https=secure,
            change=lambda host: _load(admin, configured(host)),
        )


def _load(admin: int, config: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=TIMEOUT)
    connection.request("POST", "/load", config, {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"caddy refuses a change with {status}")


def _config(site: Site, *, ports: tuple[int, int, int], change: str) -> Json:
    plain, secure, admin = ports
    server = {
        "logs": {} if site.log else None,
        "automatic_https": {"disable": True},
        "protocols": ["h1"],
        "read_header_timeout": "10s",
    }
    files = [{"certificate": str(site.certificate), "key": str(site.key)}]
    return {
        "admin": {"listen": f"127.0.0.1:{admin}", "config": {"persist": False}},
        "logging": {"logs": _logs(site)},
        "apps": {
            "http": {
                "servers": {
                    "http": {
                        **server,
                        "listen": [f"127.0.0.1:{plain}"],
                        "routes": [_redirect(), *_routes(site, change=change)],
                    },
                    "https": {
                        **server,
                        "listen": [f"127.0.0.1:{secure}"],
                        "routes": _routes(site, change=change),
                        "tls_connection_policies": [{}],
                    },
                }
            },
            "tls": {"certificates": {"load_files": files}},
        },
    }


def _routes(site: Site, *, change: str) -> list[Json]:
    handler = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"127.0.0.1:{site.upstream}"}],
        "transport": {"protocol": "http", "keep_alive": {"max_idle_conns_per_host": IDLE}},
    }
    return [
        {"match": [{"host": [*HOSTS, change]}], "handle": [handler]},
        {"handle": [{"handler": "static_response", "status_code": 404}]},
    ]


def _redirect() -> Json:
    location = {"Location": ["https://{http.request.host}{http.request.uri}"]}
    handler = {"handler": "static_response", "status_code": 308, "headers": location}
    return {"match": [{"host": SECURE}], "handle": [handler]}


def _logs(site: Site) -> Json:
    if not site.log:
        return {"default": {"level": "ERROR"}}
    file = {"output": "file", "filename": str(site.folder / "access.log"), "roll": False}
    return {
        "default": {"level": "ERROR", "exclude": ["http.log.access"]},
        "access": {
            "writer": file,
            "encoder": {"format": "json"},
            "include": ["http.log.access"],
        },
    }
