"""Metrics: plain integers while serving, Prometheus text when asked.

One dictionary entry per (Ingress, Service), so a request costs a lookup and three additions.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ingress.model.snapshot import Snapshot
from ingress.proxy.record import AccessRecord

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the durations' histogram, in seconds."""

_LABELS: Final = ("ingress", "service")


class _Series:
    """The requests of one Ingress and Service."""

    def __init__(self) -> None:
        self.classes: Counter[int] = Counter()
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0


class Metrics(Collector):
    """Counts requests, and renders what the worker is and does."""

    def __init__(self, *, serving: Callable[[], tuple[int, Snapshot]]) -> None:
        self.connections = 0
        self._serving = serving
        self._series: dict[tuple[str, str], _Series] = {}
        self._failures: Counter[tuple[str, str, str]] = Counter()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def add(self, record: AccessRecord) -> None:
        """Take note of a request."""
        key = (record.ingress, record.service)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series()
        series.classes[record.status // 100] += 1
        series.buckets[bisect_left(BUCKETS, record.duration)] += 1
        series.seconds += record.duration
        for token in record.failed_tries:
            self._failures[(*key, token)] += 1
        if record.failure:
            self._failures[(*key, record.failure)] += 1

    def render(self) -> bytes:
        """Return the Prometheus text."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client: yields every family as it is now."""
        generation, snapshot = self._serving()
        self._forget_all_but(_ingresses_of(snapshot))
        yield self._requests()
        yield self._durations()
        yield self._failed()
        yield GaugeMetricFamily(
            "ingress_generation", "The generation that is being served.", generation
        )
        yield GaugeMetricFamily(
            "ingress_connections", "Client connections that are open.", self.connections
        )
        yield _expiries(snapshot)

    def _forget_all_but(self, ingresses: Collection[str]) -> None:
        """Keep what is there and what belongs to none, so that churn does not grow the memory."""
        for key in [key for key in self._series if key[0] and key[0] not in ingresses]:
            del self._series[key]
        for failed in [key for key in self._failures if key[0] and key[0] not in ingresses]:
            del self._failures[failed]

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            "ingress_requests", "Requests that are over.", labels=(*_LABELS, "status_class")
        )
        for key, series in self._series.items():
            for status_class, count in sorted(series.classes.items()):
                family.add_metric((*key, f"{status_class}xx"), count)
        return family

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            "ingress_request_duration_seconds",
            "From a request's head to the end of its response.",
            labels=_LABELS,
        )
        for key, series in self._series.items():
            family.add_metric(key, buckets=_cumulated(series.buckets), sum_value=series.seconds)
        return family

    def _failed(self) -> Metric:
        family = CounterMetricFamily(
            "ingress_failures", "Failed tries, by kind.", labels=(*_LABELS, "kind")
        )
        for key, count in sorted(self._failures.items()):
            family.add_metric(key, count)
        return family


def _cumulated(buckets: list[int]) -> list[tuple[str, float]]:
    bounds = [*map(str, map(float, BUCKETS)), "+Inf"]
    total, cumulated = 0, []
    for bound, count in zip(bounds, buckets, strict=True):
        total += count
        cumulated.append((bound, float(total)))
    return cumulated


def _ingresses_of(snapshot: Snapshot) -> set[str]:
    routes = [route for host in snapshot.hosts.values() for route in (*host.routes, host.fallback)]
    routes += [snapshot.fallback, snapshot.default_backend]
    return {route.ingress for route in routes if route is not None}


def _expiries(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "ingress_certificate_expiry_timestamp_seconds",
        "When a certificate ends, in seconds since the epoch.",
        labels=("secret",),
    )
    for secret, certificate in sorted(snapshot.certificates.items()):
        family.add_metric((secret,), certificate.not_after)
    return family
