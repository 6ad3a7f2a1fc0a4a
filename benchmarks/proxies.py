"""The proxies under comparison, each configured for the same hosts and the same upstream."""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import nginx, tools
from benchmarks.processes import free_ports, running
from ingress import __version__

HOSTS = [f"host-{number:04}.example.com" for number in range(1000)]


@dataclass(frozen=True, kw_only=True)
class Site:
    """What every proxy is told: a folder of its own, the upstream, and a key pair in PEM files."""

    folder: Path
    upstream: int
    certificate: Path
    key: Path
    log: bool


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that runs."""

    name: str
    version: str
    pid: int
    http: int
    https: int


Start = Callable[[Site], AbstractContextManager[Proxy]]


@contextmanager
def run_nginx(site: Site) -> Iterator[Proxy]:
    """Run nginx with one worker and one server block a host."""
    http, https = free_ports(2)
    tls = f"ssl_certificate {site.certificate};\n  ssl_certificate_key {site.key};\n"
    # What newer releases have as their default.
    tls += "  ssl_protocols TLSv1.2 TLSv1.3;"
    servers = "\n".join(
        f"  server {{ listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl; server_name {host};\n"
        "    location / { proxy_pass http://service; } }"
        for host in HOSTS
    )
    config = f"""\
  {tls}
  upstream service {{
    server 127.0.0.1:{site.upstream};
    keepalive 128;
    keepalive_requests 100000000;
  }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Request-ID $request_id;
  server_names_hash_max_size 4096;
  access_log {site.folder / "access.log" if site.log else "off"};
{servers}
"""
    with nginx.run(site.folder, config=config, ports=(http, https)) as pid:
        yield Proxy(name="nginx", version=tools.version("nginx"), pid=pid, http=http, https=https)


@contextmanager
def run_caddy(site: Site) -> Iterator[Proxy]:
    """Run Caddy with one route for all hosts, on one processor."""
    http, https = free_ports(2)
    config = site.folder / "caddy.json"
    config.write_text(json.dumps(_caddy_config(site, http=http, https=https)))
    home = str(site.folder)
    env = {**os.environ, "GOMAXPROCS": "1", "HOME": home, "XDG_DATA_HOME": home}
    with running(
        [tools.find("caddy"), "run", "--config", config],
        env=env,
        log=site.folder / "log",
        ports=(http, https),
    ) as pid:
        yield Proxy(name="caddy", version=tools.version("caddy"), pid=pid, http=http, https=https)


def _caddy_config(site: Site, *, http: int, https: int) -> dict[str, object]:
    transport = {"protocol": "http", "keep_alive": {"max_idle_conns_per_host": 128}}
    handler = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"127.0.0.1:{site.upstream}"}],
        "transport": transport,
    }
    logging: dict[str, object] = {"default": {"level": "ERROR"}}
    if site.log:
        file = {"output": "file", "filename": str(site.folder / "access.log"), "roll": False}
        logging["default"] = {"level": "ERROR", "exclude": ["http.log.access"]}
        logging["access"] = {
            "writer": file,
            "encoder": {"format": "json"},
            "include": ["http.log.access"],
        }
    server = {
        "logs": {} if site.log else None,
        "routes": [{"match": [{"host": HOSTS}], "handle": [handler]}],
        "automatic_https": {"disable": True},
        "protocols": ["h1"],
    }
    files = [{"certificate": str(site.certificate), "key": str(site.key)}]
    return {
        "admin": {"disabled": True},
        "logging": {"logs": logging},
        "apps": {
            "http": {
                "servers": {
                    "http": {**server, "listen": [f"127.0.0.1:{http}"]},
                    "https": {
                        **server,
                        "listen": [f"127.0.0.1:{https}"],
                        "tls_connection_policies": [{}],
                    },
                }
            },
            "tls": {"certificates": {"load_files": files}},
        },
    }


def run_ours(site: Site) -> AbstractContextManager[Proxy]:
    """Run this proxy on a list of Ingresses, one a host."""
    return _run_ours(site, name="ours", lanes="both")


def run_full(site: Site) -> AbstractContextManager[Proxy]:
    """Run this proxy with its full lane alone."""
    return _run_ours(site, name="full", lanes="full")


@contextmanager
def _run_ours(site: Site, *, name: str, lanes: str) -> Iterator[Proxy]:
    http, https, admin = free_ports(3)
    manifests = site.folder / "manifests.json"
    manifests.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": _objects(site)}))
    command = [sys.executable, "-m", "ingress", "run", "-f", str(manifests)]
    command += ["--default-certificate", "default/benchmark", "--lanes", lanes]
    # Its log goes to stdout, which is a file here.
    command += ["--access-log", "json" if site.log else "off"]
    for flag, port in (("--http", http), ("--https", https), ("--admin", admin)):
        command += [flag, f"127.0.0.1:{port}"]
    with running(command, env={**os.environ}, log=site.folder / "log", ports=(http, https)) as pid:
        yield Proxy(name=name, version=__version__, pid=pid, http=http, https=https)


def _objects(site: Site) -> list[dict[str, object]]:
    service: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "service"},
        "spec": {"ports": [{"port": 80}]},
    }
    endpoints: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "service"},
        "subsets": [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": site.upstream}]}],
    }
    pair = {"tls.crt": site.certificate, "tls.key": site.key}
    secret: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "benchmark"},
        "type": "kubernetes.io/tls",
        "data": {key: b64encode(path.read_bytes()).decode() for key, path in pair.items()},
    }
    ingresses = [_ingress(host) for host in HOSTS]
    return [service, endpoints, secret, *ingresses]


def _ingress(host: str) -> dict[str, object]:
    backend = {"service": {"name": "service", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": host.replace(".", "-")},
        "spec": {"rules": [{"host": host, "http": {"paths": paths}}]},
    }


PROXIES: dict[str, Start] = {
    "ours": run_ours,
    "full": run_full,
    "nginx": run_nginx,
    "caddy": run_caddy,
}
