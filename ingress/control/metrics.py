"""What the workers counted, and what the processes are, as Prometheus text."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ingress import __version__
from ingress.model.snapshot import Snapshot
from ingress.proxy.counts import BUCKETS, Counts
from ingress.runtime.build import which_build

_LABELS = ("ingress", "service")


class Told(NamedTuple):
    """What there is to be told.

    ``counts`` are the sum over all workers, ``pids`` the processes by name, ``deaths`` how often
    each worker was replaced, ``generation`` and ``snapshot`` what all of them serve.
    """

    counts: Counts
    generation: int
    snapshot: Snapshot
    pids: Mapping[str, int]
    deaths: Mapping[str, int]


def prometheus_text(told: Told) -> bytes:
    """Return the metrics in Prometheus's text format; with many Ingresses, this takes a while."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(told))
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, told: Told) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client: yields every family."""
        counts = self._told.counts
        yield _requests(counts)
        yield _durations(counts)
        yield _failures(counts)
        yield GaugeMetricFamily(
            "ingress_generation", "The generation that every worker serves.", self._told.generation
        )
        yield GaugeMetricFamily(
            "ingress_connections", "Client connections that are open.", counts.connections
        )
        facts = {"version": __version__, "build": which_build()}
        yield InfoMetricFamily("ingress_build", "What runs.", facts)
        yield _expiries(self._told.snapshot)
        yield _deaths(self._told.deaths)
        yield from _processes(self._told.pids)


def _requests(counts: Counts) -> Metric:
    family = CounterMetricFamily(
        "ingress_requests", "Requests that are over.", labels=(*_LABELS, "status_class")
    )
    for key, series in counts.series.items():
        for status_class, count in sorted(series.classes.items()):
            family.add_metric((*key, f"{status_class}xx"), count)
    return family


def _durations(counts: Counts) -> Metric:
    family = HistogramMetricFamily(
        "ingress_request_duration_seconds",
        "From a request's head to the end of its response.",
        labels=_LABELS,
    )
    for key, series in counts.series.items():
        family.add_metric(key, buckets=_cumulated(series.buckets), sum_value=series.seconds)
    return family


def _cumulated(buckets: list[int]) -> list[tuple[str, float]]:
    bounds = [*map(str, BUCKETS), "+Inf"]
    total, cumulated = 0, []
    for bound, count in zip(bounds, buckets, strict=True):
        total += count
        cumulated.append((bound, float(total)))
    return cumulated


def _failures(counts: Counts) -> Metric:
    family = CounterMetricFamily(
        "ingress_failures", "Failed tries, by kind.", labels=(*_LABELS, "kind")
    )
    for key, count in sorted(counts.failures.items()):
        family.add_metric(key, count)
    return family


def _expiries(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "ingress_certificate_expiry_timestamp_seconds",
        "When a certificate ends, in seconds since the epoch.",
        labels=("secret",),
    )
    for secret, certificate in sorted(snapshot.certificates.items()):
        family.add_metric((secret,), certificate.not_after)
    return family


def _deaths(deaths: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(
        "ingress_worker_deaths", "Workers that ended unasked and were replaced.", labels=("worker",)
    )
    for worker, count in deaths.items():
        family.add_metric((worker,), count)
    return family


def _processes(pids: Mapping[str, int]) -> Iterator[Metric]:
    """Yield what the operating system knows of each process, with its name as a label."""
    families: dict[str, Metric] = {}
    for process, pid in pids.items():
        for metric in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
            family = families.setdefault(
                metric.name, Metric(metric.name, metric.documentation, metric.type)
            )
            for sample in metric.samples:
                family.add_sample(sample.name, {"process": process}, sample.value)
    yield from families.values()
