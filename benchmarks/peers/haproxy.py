"""HAProxy: one thread, and a map of hosts, as its manual advises for many of them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import tools
from benchmarks.processes import free_ports, running
from benchmarks.sites import FIRST_CHANGE, HOSTS, IDLE, SECURE, Proxy, Site


@contextmanager
def run(site: Site) -> Iterator[Proxy]:
    """Run it; a change goes into its map by the Runtime API.

    That spares it a reload, which a host with a backend of its own would need.
    """
    http, https = free_ports(2)
    hosts = site.folder / "hosts.map"
    hosts.write_text("".join(f"{host} service\n" for host in [*HOSTS, FIRST_CHANGE]))
    (site.folder / "secure.lst").write_text("\n".join(SECURE))
    config = site.folder / "haproxy.cfg"
    config.write_text(_config(site, http=http, https=https))
    # Its log goes to stdout, which is a file here: it writes to none itself.
    with running(
        [tools.find("haproxy"), "-f", config],
        env=tools.environment(),
        log=site.folder / "log",
        ports=(http, https),
    ) as pid:
        served = [FIRST_CHANGE]

        def change(host: str) -> None:
            _command(site, f"add map {hosts} {host} service; del map {hosts} {served.pop()}")
            served.append(host)

        yield Proxy(
            name="haproxy",
            version=tools.version("haproxy"),
            pid=pid,
            http=http,
            https=https,
            change=change,
        )


def _command(site: Site, words: str) -> None:
    with socket.socket(socket.AF_UNIX) as runtime:
        runtime.connect(str(site.folder / "admin"))
        runtime.sendall(f"{words}\n".encode())
        if said := b"".join(iter(lambda: runtime.recv(4096), b"")).strip():
            raise RuntimeError(f"haproxy refuses a change: {said.decode()}")


def _config(site: Site, *, http: int, https: int) -> str:
    # With the default, `http-reuse safe`, every new client would get a new upstream connection.
    return f"""\
global
  nbthread 1
  maxconn 8000
  {"log stdout format raw local0" if site.log else ""}
  stats socket {site.folder / "admin"} mode 600 level admin
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  {"log global" if site.log else ""}
  {"option httplog" if site.log else ""}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-request 10s
  timeout http-keep-alive 75s
  timeout tunnel 1h
  http-reuse always
frontend public
  bind 127.0.0.1:{http}
  bind 127.0.0.1:{https} ssl crt {site.pem()} alpn http/1.1
  http-request set-var(txn.host) req.hdr(host),field(1,:),lower
  acl secure var(txn.host) -m str -f {site.folder / "secure.lst"}
  http-request redirect scheme https code 308 if secure !{{ ssl_fc }}
  http-request set-var(txn.backend) var(txn.host),map({site.folder / "hosts.map"})
  http-request return status 404 unless {{ var(txn.backend) -m found }}
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  http-request set-header X-Request-ID %[uuid()]
  use_backend %[var(txn.backend)]
backend service
  server one 127.0.0.1:{site.upstream} pool-max-conn {IDLE}
"""
