from proxy.records import recorded

from ingress.model.snapshot import Host, HostKind, MatchKind, Route, Snapshot
from ingress.proxy.counts import BUCKETS
from ingress.proxy.metrics import Metrics


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
    return Snapshot(hosts={"a.b": Host(pattern="a.b", kind=HostKind.EXACT, routes=routes)})


def record(**fields):
    made = {"at": "", "request_id": "", "client": "", "scheme": "http", "status": 200}
    return recorded(**made | fields)


def test_requests_are_counted_by_ingress_service_and_status_class():
    metrics = Metrics()
    for status, seconds in ((200, 0.002), (204, 0.3), (404, 100.0)):
        metrics.add(record(ingress="d/i", service="d/s", status=status, duration=seconds))
    metrics.connections = 3
    counts = metrics.counts(snapshot("d/i"))
    assert counts.connections == 3
    series = counts.series["d/i", "d/s"]
    assert series.classes == {2: 2, 4: 1}
    assert series.buckets[BUCKETS.index(0.0025)] == 1
    assert series.buckets[BUCKETS.index(0.5)] == 1
    assert series.buckets[-1] == 1
    assert sum(series.buckets) == 3
    assert series.seconds == 100.302


def test_what_was_read_goes_on_from_there():
    metrics = Metrics()
    for times in (1, 2):
        metrics.add(record(ingress="d/i", service="d/s", duration=0.5))
        series = metrics.counts(snapshot("d/i")).series["d/i", "d/s"]
        assert series.classes == {2: times}
        assert (sum(series.buckets), series.seconds) == (times, times / 2)


def test_failures_are_counted_by_kind_those_that_were_mended_too():
    metrics = Metrics()
    tries = ("upstream-refused", "upstream-stale")
    metrics.add(
        record(ingress="d/i", service="d/s", failed_tries=tries, failure="upstream-refused")
    )
    assert metrics.counts(snapshot("d/i")).failures == {
        ("d/i", "d/s", "upstream-refused"): 2,
        ("d/i", "d/s", "upstream-stale"): 1,
    }


def test_an_ingress_that_is_gone_is_forgotten():
    metrics = Metrics()
    for ingress in ("d/stays", "d/goes", ""):
        metrics.add(record(ingress=ingress, service="d/s", failure="no-endpoints"))
    assert {key for key, _ in metrics.counts(snapshot("d/stays")).series} == {"d/stays", ""}
