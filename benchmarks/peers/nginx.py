"""nginx: one worker, and one server block a host, as in ingress-nginx."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import nginx, tools
from benchmarks.processes import free_ports
from benchmarks.sites import FIRST_CHANGE, HOSTS, IDLE, SECURE, Proxy, Site, replace


@contextmanager
def run(site: Site) -> Iterator[Proxy]:
    """Run it; a change is a new configuration and SIGHUP."""
    http, https = free_ports(2)
    config = _config(site, http=http, https=https, change=FIRST_CHANGE)
    with nginx.run(site.folder, config=config, ports=(http, https)) as pid:

        def change(host: str) -> None:
            config = _config(site, http=http, https=https, change=host)
            replace(site.folder / "nginx.conf", nginx.frame(site.folder, config=config))
            os.kill(pid, signal.SIGHUP)

        yield Proxy(
            name="nginx",
            version=tools.version("nginx"),
            pid=pid,
            http=http,
            https=https,
            change=change,
        )


def _config(site: Site, *, http: int, https: int, change: str) -> str:
    return f"""\
  ssl_certificate {site.certificate};
  ssl_certificate_key {site.key};
  ssl_protocols TLSv1.2 TLSv1.3;
  upstream service {{
    server 127.0.0.1:{site.upstream};
    keepalive {IDLE};
    keepalive_requests 100000000;
  }}
  map $http_upgrade $connection_upgrade {{
    default upgrade;
    "" "";
  }}
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Request-ID $request_id;
  client_max_body_size 0;
  proxy_request_buffering off;
  proxy_buffer_size 16k;
  proxy_buffers 8 32k;
  proxy_busy_buffers_size 64k;
  proxy_max_temp_file_size 0;
  server_names_hash_max_size 4096;
  access_log {f"{site.folder}/access.log combined buffer=64k flush=1s" if site.log else "off"};
  server {{ listen 127.0.0.1:{http} default_server; listen 127.0.0.1:{https} ssl default_server;
    return 404; }}
  server {{ listen 127.0.0.1:{http}; server_name {" ".join(SECURE)};
    return 308 https://$host$request_uri; }}
{"".join(_server(host, http=http, https=https) for host in [*HOSTS, change])}"""


def _server(host: str, *, http: int, https: int) -> str:
    return (
        f"  server {{ listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl; server_name {host};\n"
        "    location / { proxy_pass http://service; } }\n"
    )
