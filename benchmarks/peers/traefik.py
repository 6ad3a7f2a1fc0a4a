"""Traefik: one processor, and one router a host, from its file provider; or in a cluster."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import tools
from benchmarks.controller import HTTP, HTTPS, Program
from benchmarks.population import CLASS
from benchmarks.processes import free_ports, running
from benchmarks.sites import FIRST_CHANGE, HOSTS, IDLE, SECURE, Proxy, Site, replace

Json = dict[str, object]


@contextmanager
def run(site: Site) -> Iterator[Proxy]:
    """Run it; a change is a new version of the file that it watches."""
    http, https = free_ports(2)
    (site.folder / "dynamic").mkdir()
    # Its reader of YAML reads JSON as well.
    dynamic = site.folder / "dynamic" / "hosts.yaml"
    dynamic.write_text(_dynamic(site, change=FIRST_CHANGE))
    static = site.folder / "traefik.yaml"
    static.write_text(json.dumps(_static(site, http=http, https=https, dynamic=dynamic)))
    with running(
        [tools.find("traefik"), f"--configfile={static}"],
        env={**os.environ, "GOMAXPROCS": "1"},
        log=site.folder / "log",
        ports=(http, https),
    ) as pid:
        yield Proxy(
            name="traefik",
            version=tools.version("traefik"),
            pid=pid,
            http=http,
            https=https,
            change=lambda host: replace(dynamic, _dynamic(site, change=host)),
        )


def in_cluster() -> Program:
    """Return it as an Ingress controller, which finds the cluster as kubectl does."""
    return Program(
        name=f"traefik {tools.version('traefik')}",
        command=(
            tools.find("traefik"),
            "--global.checkNewVersion=false",
            "--global.sendAnonymousUsage=false",
            "--log.level=ERROR",
            f"--entryPoints.http.address=127.0.0.1:{HTTP}",
            f"--entryPoints.https.address=127.0.0.1:{HTTPS}",
            "--entryPoints.https.http.tls=true",
            f"--providers.kubernetesIngress.ingressClass={CLASS}",
        ),
        controller="traefik.io/ingress-controller",
        lag=2.0,  # providersThrottleDuration
    )


def _static(site: Site, *, http: int, https: int, dynamic: Path) -> Json:
    log = {"filePath": str(site.folder / "access.log"), "bufferingSize": 100}
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "log": {"level": "ERROR"},
        **({"accessLog": log} if site.log else {}),
        "entryPoints": {
            "http": {"address": f"127.0.0.1:{http}"},
            "https": {"address": f"127.0.0.1:{https}", "http": {"tls": {}}},
        },
        "providers": {
            # By default it takes a change every two seconds.
            "providersThrottleDuration": "50ms",
            "file": {"filename": str(dynamic), "watch": True},
        },
    }


def _dynamic(site: Site, *, change: str) -> str:
    routers: Json = {
        host.partition(".")[0]: {"rule": f"Host(`{host}`)", "service": "service"}
        for host in [*HOSTS, change]
    }
    for host in SECURE:
        routers[host.partition(".")[0]] = {
            "rule": f"Host(`{host}`)",
            "service": "service",
            "entryPoints": ["http"],
            "middlewares": ["to-https"],
        }
    pair = {"certFile": str(site.certificate), "keyFile": str(site.key)}
    balancer = {
        "servers": [{"url": f"http://127.0.0.1:{site.upstream}"}],
        "serversTransport": "kept",
    }
    redirect = {"scheme": "https", "permanent": True}
    return json.dumps(
        {
            "http": {
                "routers": routers,
                "middlewares": {"to-https": {"redirectScheme": redirect}},
                "services": {"service": {"loadBalancer": balancer}},
                "serversTransports": {"kept": {"maxIdleConnsPerHost": IDLE}},
            },
            "tls": {"stores": {"default": {"defaultCertificate": pair}}},
        }
    )
