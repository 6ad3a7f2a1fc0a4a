"""Metrics: plain integers, counted while serving and rendered by the control process.

One dictionary entry per (Ingress, Service), so a request costs a lookup and three additions.
"""

from ingress.model.snapshot import Snapshot
from ingress.proxy.counts import BUCKETS, Counts, FailureKey, Series
from ingress.proxy.failures import FailureKind
from ingress.proxy.record import AccessRecord


class Metrics:
    """Counts the requests of a worker, and its open connections."""

    def __init__(self) -> None:
        self.connections = 0
        self._counts = Counts()
        self._series = self._counts.series

    def add(self, record: AccessRecord) -> None:
        """Take note of a request."""
        key = (record.ingress, record.service)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = Series()
        classes, buckets, status_class = series.classes, series.buckets, record.status // 100
        classes[status_class] = classes.get(status_class, 0) + 1
        duration, failure, at = record.duration, record.failure, 0
        for bound in BUCKETS:
            if duration <= bound:
                break
            at += 1
        buckets[at] += 1
        series.seconds += duration
        for token in record.failed_tries:
            self._fail((*key, token))
        if failure:
            self._fail((*key, failure))

    def turn_away(self) -> None:
        """Take note of a connection that there was no room for."""
        self._fail(("", "", FailureKind.CROWDED.value))

    def counts(self, serving: Snapshot) -> Counts:
        """Return what was counted, Ingresses that are not served any more left out."""
        self._counts.forget_all_but(serving.ingresses())
        self._counts.connections = self.connections
        return self._counts

    def _fail(self, key: FailureKey) -> None:
        self._counts.failures[key] = self._counts.failures.get(key, 0) + 1
