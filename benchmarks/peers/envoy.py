"""Envoy: one worker thread, one virtual host a host, limits lifted as for an edge proxy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import tools
from benchmarks.processes import free_ports, running
from benchmarks.sites import FIRST_CHANGE, HOSTS, SECURE, Proxy, Site, replace

Json = dict[str, object]
_TYPE = "type.googleapis.com/envoy"


@contextmanager
def run(site: Site) -> Iterator[Proxy]:
    """Run it; a change is a new version of the file that it takes its routes from."""
    http, https = free_ports(2)
    routes = site.folder / "routes.json"
    routes.write_text(_routes(FIRST_CHANGE))
    config = site.folder / "envoy.json"
    config.write_text(json.dumps(_config(site, http=http, https=https, routes=routes)))
    flags = ("--concurrency", "1", "--log-level", "error", "--disable-hot-restart")
    with running(
        [tools.find("envoy"), "-c", config, *flags],
        env=tools.environment(),
        log=site.folder / "log",
        ports=(http, https),
    ) as pid:
        yield Proxy(
            name="envoy",
            version=tools.version("envoy"),
            pid=pid,
            http=http,
            https=https,
            change=lambda host: replace(routes, _routes(host)),
        )


def _routes(change: str) -> str:
    service = {"match": {"prefix": "/"}, "route": {"cluster": "service", "timeout": "60s"}}
    redirect = {"https_redirect": True, "response_code": "PERMANENT_REDIRECT"}
    hosts: list[Json] = [
        {"name": host, "domains": [host], "routes": [service]} for host in [*HOSTS, change]
    ]
    hosts.append(
        {
            "name": "secure",
            "domains": list(SECURE),
            "routes": [{"match": {"prefix": "/"}, "redirect": redirect}],
        }
    )
    headers = {
        "X-Real-IP": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "X-Forwarded-Host": "%REQ(:AUTHORITY)%",
    }
    table = {
        "@type": f"{_TYPE}.config.route.v3.RouteConfiguration",
        "name": "hosts",
        "ignore_port_in_host_matching": True,
        "virtual_hosts": hosts,
        "request_headers_to_add": [
            {"header": {"key": key, "value": value}} for key, value in headers.items()
        ],
    }
    return json.dumps({"version_info": change, "resources": [table]})


def _config(site: Site, *, http: int, https: int, routes: Path) -> Json:
    manager = _manager(site, routes=routes)
    pair = {
        "certificate_chain": {"filename": str(site.certificate)},
        "private_key": {"filename": str(site.key)},
    }
    tls = {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{_TYPE}.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {"tls_certificates": [pair]},
        },
    }
    chain: Json = {"filters": [manager]}
    return {
        "node": {"id": "benchmark", "cluster": "benchmark"},
        "static_resources": {
            "listeners": [
                _listener("http", http, chain=chain),
                _listener("https", https, chain={**chain, "transport_socket": tls}),
            ],
            "clusters": [_cluster(site)],
        },
    }


def _manager(site: Site, *, routes: Path) -> Json:
    log = {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": f"{_TYPE}.extensions.access_loggers.file.v3.FileAccessLog",
            "path": str(site.folder / "access.log"),
        },
    }
    router = {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{_TYPE}.extensions.filters.http.router.v3.Router"},
    }
    source = {"path_config_source": {"path": str(routes)}, "resource_api_version": "V3"}
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": f"{_TYPE}.extensions.filters.network.http_connection_manager.v3"
            ".HttpConnectionManager",
            "stat_prefix": "public",
            "codec_type": "HTTP1",
            "use_remote_address": True,
            "normalize_path": True,
            "request_headers_timeout": "10s",
            "upgrade_configs": [{"upgrade_type": "websocket"}],
            "access_log": [log] if site.log else [],
            "rds": {"route_config_name": "hosts", "config_source": source},
            "http_filters": [router],
        },
    }


def _listener(name: str, port: int, *, chain: Json) -> Json:
    return {"name": name, "address": _address(port), "filter_chains": [chain]}


def _cluster(site: Site) -> Json:
    endpoint = {"endpoint": {"address": _address(site.upstream)}}
    many = {"max_connections": 100_000, "max_pending_requests": 100_000, "max_requests": 100_000}
    return {
        "name": "service",
        "type": "STATIC",
        "connect_timeout": "5s",
        "circuit_breakers": {"thresholds": [many]},
        "load_assignment": {
            "cluster_name": "service",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def _address(port: int) -> Json:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
