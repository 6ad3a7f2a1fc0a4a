"""Metrics: plain integers, counted while serving and rendered by the control process.

One dictionary entry per (Ingress, Service), so a request costs a lookup and three additions.
"""

from bisect import bisect_left
from typing import Final

from ingress.model.snapshot import Snapshot
from ingress.proxy.counts import BUCKETS, Counts, FailureKey, Series, SeriesKey
from ingress.proxy.failures import FailureKind
from ingress.proxy.record import AccessRecord

CLASSES: Final = 10
"""Of statuses, by their first digit."""


class Meter:
    """Counts for one Series, which hears of it when somebody reads."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._classes = [0] * CLASSES
        self._buckets = series.buckets
        self._seconds = 0.0

    def count(self, status: int, seconds: float) -> None:
        """Take note of a request."""
        self._classes[status // 100] += 1
        self._buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def read(self) -> None:
        """Add to the Series what was counted; once."""
        series = self._series
        for status_class, count in enumerate(self._classes):
            if count:
                series.classes[status_class] = series.classes.get(status_class, 0) + count
        series.seconds += self._seconds


class Metrics:
    """Counts the requests of a worker, and its open connections."""

    def __init__(self) -> None:
        self.connections = 0
        self._counts = Counts()
        self._meters: dict[SeriesKey, Meter] = {}

    def add(self, record: AccessRecord) -> None:
        """Take note of a request."""
        key = (record.ingress, record.service)
        meter = self._meters.get(key)
        if meter is None:
            meter = self._meters[key] = Meter(self._counts.series.setdefault(key, Series()))
        meter.count(record.status, record.duration)
        for token in record.failed_tries:
            self._fail((*key, token))
        if record.failure:
            self._fail((*key, record.failure))

    def turn_away(self) -> None:
        """Take note of a connection that there was no room for."""
        self._fail(("", "", FailureKind.CROWDED.value))

    def counts(self, serving: Snapshot) -> Counts:
        """Return what was counted, Ingresses that are not served any more left out."""
        while self._meters:
            _, meter = self._meters.popitem()
            meter.read()
        self._counts.forget_all_but(serving.ingresses())
        self._counts.connections = self.connections
        return self._counts

    def _fail(self, key: FailureKey) -> None:
        self._counts.failures[key] = self._counts.failures.get(key, 0) + 1
