"""What a worker has counted so far: plain numbers, which can be sent, added up and rendered."""

from collections.abc import Collection
from typing import Final, TypeAlias

from msgspec import Struct, field

BUCKETS: Final = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
"""Upper bounds of the durations' histogram, in seconds."""

SeriesKey: TypeAlias = tuple[str, str]
"""Ingress and Service, each empty where there is none."""

FailureKey: TypeAlias = tuple[str, str, str]
"""Ingress, Service and the failure's token."""


class Series(Struct, array_like=True):
    """The requests of one Ingress and Service: by class of status, and by duration."""

    classes: dict[int, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0

    def add(self, other: "Series") -> None:
        """Add another's numbers to these."""
        for status_class, count in other.classes.items():
            self.classes[status_class] = self.classes.get(status_class, 0) + count
        self.buckets = [one + more for one, more in zip(self.buckets, other.buckets, strict=True)]
        self.seconds += other.seconds


class Counts(Struct):
    """Counters, which only grow, and ``connections``, which are those that are open now."""

    connections: int = 0
    series: dict[SeriesKey, Series] = field(default_factory=dict)
    failures: dict[FailureKey, int] = field(default_factory=dict)

    def add(self, other: "Counts") -> None:
        """Add another's numbers to these."""
        self.connections += other.connections
        for key, series in other.series.items():
            self.series.setdefault(key, Series()).add(series)
        for failed, count in other.failures.items():
            self.failures[failed] = self.failures.get(failed, 0) + count

    def forget_all_but(self, ingresses: Collection[str]) -> None:
        """Keep what is there and what belongs to none, so that churn does not grow the memory."""
        for key in [key for key in self.series if key[0] and key[0] not in ingresses]:
            del self.series[key]
        for failed in [key for key in self.failures if key[0] and key[0] not in ingresses]:
            del self.failures[failed]
