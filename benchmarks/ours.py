"""This proxy, as a user runs it: ``ingress run`` on a folder of manifests, one Ingress a host."""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import free_ports, running
from benchmarks.sites import FIRST_CHANGE, HOSTS, SECURE, Proxy, Site, replace
from ingress import __version__

Json = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to run it: by what interpreter, with which flags and variables beside the usual."""

    name: str
    python: str = sys.executable
    workers: int = 1
    flags: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def run(self, site: Site) -> Iterator[Proxy]:
        """Run it; a change is a new version of one file of the folder."""
        http, https, admin = free_ports(3)
        change = _write(site)
        # What is installed is run, whatever lies in the working directory.
        command = [self.python, "-P", "-m", "ingress", "run", "-f", str(change.parent)]
        command += ["--default-certificate", "default/benchmark", *self.flags]
        command += ["--workers", str(self.workers)]
        # Its log goes to stdout, which is a file here.
        command += ["--access-log", "json" if site.log else "off"]
        for flag, port in (("--http", http), ("--https", https), ("--admin", admin)):
            command += [flag, f"127.0.0.1:{port}"]
        env = {**os.environ, **self.variables}
        with running(command, env=env, log=site.folder / "log", ports=(http, https)) as pid:
            yield Proxy(
                name=self.name,
                version=__version__,
                pid=pid,
                http=http,
                https=https,
                change=lambda host: replace(change, json.dumps(ingress(host))),
            )


def _write(site: Site) -> Path:
    """Write the manifests, and return the file that changes."""
    folder = site.folder / "manifests"
    folder.mkdir()
    items = [*backend(site.upstream), _secret(site)]
    items += [ingress(host) for host in HOSTS]
    items += [ingress(host, tls=True) for host in SECURE]
    hosts = {"apiVersion": "v1", "kind": "List", "items": items}
    (folder / "hosts.json").write_text(json.dumps(hosts))
    change = folder / "change.json"
    change.write_text(json.dumps(ingress(FIRST_CHANGE)))
    return change


def backend(*ports: int) -> list[Json]:
    """Return a Service whose endpoints are ports of this machine."""
    service: Json = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "service"},
        "spec": {"ports": [{"port": 80}]},
    }
    subsets = [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": port}]} for port in ports]
    endpoints: Json = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "service"},
        "subsets": subsets,
    }
    return [service, endpoints]


def ingress(host: str, *, tls: bool = False) -> Json:
    """Return an Ingress that sends all of a host to that Service."""
    service = {"service": {"name": "service", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": service}]
    name = "change" if host.startswith("change-") else host.replace(".", "-")
    secured = {"tls": [{"hosts": [host], "secretName": "benchmark"}]} if tls else {}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name},
        "spec": {**secured, "rules": [{"host": host, "http": {"paths": paths}}]},
    }


def _secret(site: Site) -> Json:
    pair = {"tls.crt": site.certificate, "tls.key": site.key}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "benchmark"},
        "type": "kubernetes.io/tls",
        "data": {key: b64encode(path.read_bytes()).decode() for key, path in pair.items()},
    }
