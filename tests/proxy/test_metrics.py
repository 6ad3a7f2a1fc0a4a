from prometheus_client.parser import text_string_to_metric_families

from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, Host, HostKind, MatchKind, Route, Snapshot
from ingress.proxy.metrics import Metrics
from ingress.proxy.record import AccessRecord


def route(ingress):
    return Route(
        ingress=ingress,
        path="/",
        kind=MatchKind.PREFIX,
        written_path="/",
        path_type="Prefix",
        backend=None,
    )


def snapshot(*ingresses):
    routes = tuple(map(route, ingresses))
    certificate = Certificate(
        fingerprint="f",
        chain=b"",
        key=SecretBytes(b""),
        names=(),
        not_before=0,
        not_after=1_800_000_000,
        key_type="",
    )
    return Snapshot(
        hosts={"a.b": Host(pattern="a.b", kind=HostKind.EXACT, routes=routes)},
        certificates={"d/s": certificate},
    )


def record(**fields):
    made = {"at": "", "request_id": "", "client": "", "scheme": "http", "status": 200}
    return AccessRecord(**made | fields)


def samples(metrics):
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_by_ingress_service_and_status_class():
    metrics = Metrics(serving=lambda: (7, snapshot("d/i")))
    for status, seconds in ((200, 0.002), (204, 0.3), (404, 100.0)):
        metrics.add(record(ingress="d/i", service="d/s", status=status, duration=seconds))
    metrics.connections = 3
    found = samples(metrics)
    assert found["ingress_requests_total", "d/i", "d/s", "2xx"] == 2
    assert found["ingress_requests_total", "d/i", "d/s", "4xx"] == 1
    bucket = "ingress_request_duration_seconds_bucket"
    durations = {key[1:]: value for key, value in found.items() if key[0] == bucket}
    assert durations["d/i", "0.0025", "d/s"] == 1
    assert durations["d/i", "0.5", "d/s"] == 2
    assert durations["d/i", "60.0", "d/s"] == 2
    assert durations["d/i", "+Inf", "d/s"] == 3
    assert found["ingress_generation",] == 7
    assert found["ingress_connections",] == 3
    assert found["ingress_certificate_expiry_timestamp_seconds", "d/s"] == 1_800_000_000


def test_failures_are_counted_by_kind_those_that_were_mended_too():
    metrics = Metrics(serving=lambda: (1, snapshot("d/i")))
    tries = ("upstream-refused", "upstream-stale")
    metrics.add(
        record(ingress="d/i", service="d/s", failed_tries=tries, failure="upstream-refused")
    )
    found = samples(metrics)
    assert found["ingress_failures_total", "d/i", "upstream-refused", "d/s"] == 2
    assert found["ingress_failures_total", "d/i", "upstream-stale", "d/s"] == 1


def test_an_ingress_that_is_gone_is_forgotten():
    metrics = Metrics(serving=lambda: (1, snapshot("d/stays")))
    for ingress in ("d/stays", "d/goes", ""):
        metrics.add(record(ingress=ingress, service="d/s", failure="no-endpoints"))
    names = {key[1] for key in samples(metrics) if key[0].endswith("_total")}
    assert names == {"d/stays", ""}
