"""Every option of ``ingress run`` in one table: flags, environment, help and docs come from it."""

from typing import Final

from msgspec import Struct

from ingress.cli.values import (
    ADDRESS,
    BACKEND_REF,
    COUNT,
    DURATION,
    HEAD_SIZE,
    NAME,
    NAMESPACE,
    NETWORK,
    OBJECT,
    OBJECT_NAME,
    OVERRIDE,
    PATH,
    PORT,
    PUBLIC_ADDRESS,
    SIZE,
    SWITCH,
    TIMEOUT,
    WORKERS,
    Kind,
    one_of,
)

MANIFESTS: Final = "Manifests"
CLUSTER: Final = "Cluster (without -f)"
LISTENERS: Final = "Listeners"
ROUTES: Final = "Routes"
DOWNSTREAM: Final = "Downstream (towards the client)"
UPSTREAM: Final = "Upstream (towards the pods)"
WRITING: Final = "Writing to the cluster (without -f)"
STATE: Final = "State"
LOGS: Final = "Logs"
PROCESSES: Final = "Processes"


class Option(Struct, frozen=True):
    """One option; ``default`` is text as a user would write it, empty where there is none.

    ``field`` is where its value goes (``cli.configuration``), ``panel`` its heading in the help.
    """

    flag: str
    kind: Kind
    default: str
    field: str
    panel: str
    many: bool = False
    short: str = ""
    doc: str = ""

    @property
    def name(self) -> str:
        """The keyword that the command gets it under."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that stands in for the flag."""
        return f"INGRESS_{self.name.upper()}"


# fmt: off
OPTIONS: Final[tuple[Option, ...]] = (
    Option("--filename", PATH, "", "files", MANIFESTS, many=True, short="-f",
           doc="File or folder (recursively) of manifests, - for stdin."),
    Option("--namespace", NAMESPACE, "default", "namespace", MANIFESTS, short="-n",
           doc="Namespace of objects that name none; of a cluster, the one that is read."),
    Option("--stand-ins", SWITCH, "false", "stand_ins", MANIFESTS,
           doc="Run a stand-in for every pod of the workloads behind a Service."),
    Option("--backend", OVERRIDE, "", "backends", MANIFESTS, many=True,
           doc="Send a Service to a program of your own; wins over stand-ins."),
    Option("--kubeconfig", PATH, "", "cluster.kubeconfig", CLUSTER,
           doc="Kubeconfig; else a pod's service account, or the kubeconfig that kubectl takes."),
    Option("--context", NAME, "", "cluster.context", CLUSTER,
           doc="Context of the kubeconfig; else its current one."),
    Option("--watch-namespace", NAMESPACE, "", "cluster.namespaces", CLUSTER, many=True,
           doc="Read this namespace only, for which a Role is enough; else all of them."),
    Option("--http", ADDRESS, "127.0.0.1:8080", "http", LISTENERS, many=True,
           doc="Listen for HTTP here; port 0 picks a free one."),
    Option("--https", ADDRESS, "127.0.0.1:8443", "https", LISTENERS, many=True,
           doc="Listen for HTTPS here."),
    Option("--admin", ADDRESS, "127.0.0.1:9090", "admin", LISTENERS, many=True,
           doc="Serve health, metrics, explain, snapshot and verdicts here."),
    Option("--public-http-port", PORT, "", "proxy.public_http_port", LISTENERS,
           doc="HTTP port that clients see (Location, X-Forwarded-Port); else 80 in a cluster, "
               "the listener's own with -f."),
    Option("--public-https-port", PORT, "", "proxy.public_https_port", LISTENERS,
           doc="HTTPS port that clients see; else 443 in a cluster, the listener's own with -f."),
    Option("--trusted-proxy", NETWORK, "", "proxy.trusted_proxies", LISTENERS, many=True,
           doc="Network of proxies whose X-Forwarded-* headers are believed."),
    Option("--ingress-class", NAME, "", "compiler.ingress_classes", ROUTES, many=True,
           doc="Serve Ingresses of this class only; else, in a cluster, of every IngressClass "
               "whose controller this is, with -f of any class."),
    Option("--default-backend", BACKEND_REF, "", "compiler.default_backend", ROUTES,
           doc="Service for requests that nothing else takes; without it, 404."),
    Option("--default-certificate", OBJECT, "", "compiler.default_certificate", ROUTES,
           doc="Secret for an unknown or missing SNI; without it, a self-made certificate."),
    Option("--client-header-timeout", TIMEOUT, "10s", "proxy.client_header_timeout", DOWNSTREAM,
           doc="Longest wait for a whole request head (408)."),
    Option("--client-body-timeout", TIMEOUT, "60s", "proxy.client_body_timeout", DOWNSTREAM,
           doc="Longest pause between two reads of a request's body (408)."),
    Option("--client-body-min-rate", SIZE, "240", "proxy.client_body_min_rate", DOWNSTREAM,
           doc="Bytes that make up for a second of such pauses, until the response begins (408); "
               "0 for any number."),
    Option("--client-send-timeout", TIMEOUT, "60s", "proxy.client_send_timeout", DOWNSTREAM,
           doc="Longest pause between two writes to the client."),
    Option("--keep-alive-timeout", DURATION, "75s", "proxy.keep_alive_timeout", DOWNSTREAM,
           doc="How long an idle client connection stays open."),
    Option("--drain-timeout", DURATION, "30s", "proxy.drain_timeout", DOWNSTREAM,
           doc="How long requests in flight may take to end once told to stop."),
    Option("--drain-idle-timeout", DURATION, "300ms", "proxy.drain_idle_timeout", DOWNSTREAM,
           doc="How long an idle client connection may then bring one more request."),
    Option("--max-header-bytes", HEAD_SIZE, "64Ki", "proxy.max_header_bytes", DOWNSTREAM,
           doc="Longest request head (431)."),
    Option("--max-body-bytes", SIZE, "0", "body_limit.max_bytes", DOWNSTREAM,
           doc="Longest request body (413); 0 for no limit."),
    Option("--max-connections", COUNT, "0", "proxy.max_connections", DOWNSTREAM,
           doc="Most client connections of a worker (beyond it 503, or closed before TLS); 0 for "
               "as many as there are descriptors."),
    Option("--lanes", one_of("both", "full"), "both", "proxy.lanes", DOWNSTREAM,
           doc="Serve by the express lane where it can, or by the full lane (aiohttp) alone."),
    Option("--proxy-connect-timeout", TIMEOUT, "5s", "timeouts.connect", UPSTREAM,
           doc="Longest wait for a connection to a pod (504)."),
    Option("--proxy-read-timeout", TIMEOUT, "60s", "timeouts.read", UPSTREAM,
           doc="Longest pause between two reads of a response (504)."),
    Option("--proxy-send-timeout", TIMEOUT, "60s", "timeouts.send", UPSTREAM,
           doc="Longest pause between two writes of a request (504)."),
    Option("--upstream-keep-alive-timeout", DURATION, "60s",
           "proxy.upstream_keep_alive_timeout", UPSTREAM,
           doc="How long an idle connection to a pod is kept."),
    Option("--upstream-keep-alive-connections", COUNT, "320",
           "proxy.upstream_keep_alive_connections", UPSTREAM,
           doc="How many connections to pods are kept that are idle for over a second."),
    Option("--publish-service", OBJECT, "", "writing.publish_service", WRITING,
           doc="Service before this controller: its addresses are shown as ADDRESS of Ingresses."),
    Option("--publish-status-address", PUBLIC_ADDRESS, "", "writing.publish_addresses", WRITING,
           many=True, doc="Show this as ADDRESS of Ingresses instead."),
    Option("--clear-status", SWITCH, "false", "writing.clear_status", WRITING,
           doc="Take ADDRESS back at the end, unless another replica serves."),
    Option("--leader-lease", OBJECT, "", "writing.leader_lease", WRITING,
           doc="Lease of the replica that writes; else aiohttp-ingress-leader beside the pod."),
    Option("--pod-name", OBJECT_NAME, "", "writing.pod_name", WRITING,
           doc="What this replica is called; else as its host."),
    Option("--pod-namespace", NAMESPACE, "", "writing.pod_namespace", WRITING,
           doc="Where it is; else as the credentials say."),
    Option("--admission", ADDRESS, "", "admission", WRITING, many=True,
           doc="Answer the API server's admission reviews (HTTPS, POST /validate) here."),
    Option("--admission-service", OBJECT, "", "writing.admission_service", WRITING,
           doc="Service that leads there, and Secret of its certificate; else "
           "aiohttp-ingress-admission beside the pod."),
    Option("--admission-webhook", OBJECT_NAME, "", "writing.admission_webhook", WRITING,
           doc="ValidatingWebhookConfiguration whose caBundle is kept right."),
    Option("--state-dir", PATH, "", "state.folder", STATE,
           doc="Keep the last good snapshot here, and serve it if a start finds no API server."),
    Option("--state-private-keys", SWITCH, "false", "state.private_keys", STATE,
           doc="Keep private keys in it, too (mode 0600); else TLS hosts show a self-made "
               "certificate until the cluster is read."),
    Option("--access-log", one_of("json", "combined", "off"), "json", "proxy.access_log", LOGS,
           doc="Form of the access log, one line a request on stdout."),
    Option("--workers", WORKERS, "1", "workers", PROCESSES,
           doc="How many processes serve, beside the one that watches; auto: one a core."),
)
# fmt: on
