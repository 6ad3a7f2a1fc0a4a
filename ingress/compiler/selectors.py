"""Which workload's pods a Service selects, and whose labels come near when it selects none."""

from collections.abc import Mapping
from typing import TypeAlias

from ingress.model.inventory import ObjectKey
from ingress.model.objects import Labels
from ingress.model.workloads import Workload

_Id: TypeAlias = tuple[str, ObjectKey]


class Pods:
    """The pod labels of all workloads, indexed when they are first asked for.

    A selector is answered from its rarest label, so thousands of Services stay cheap.
    """

    def __init__(self, workloads: Mapping[_Id, Workload]) -> None:
        self.workloads = workloads
        self._by_label: dict[tuple[str, str, str], list[_Id]] | None = None
        self._by_value: dict[tuple[str, str], list[_Id]] = {}

    def selected(self, namespace: str, selector: Labels) -> _Id | None:
        """Return the first workload whose pods a selector matches."""
        matching = (self._labelled(namespace, *pair) for pair in selector.items())
        rarest = min(matching, key=len, default=[])
        wanted = selector.items()
        return min((one for one in rarest if wanted <= self.labels(one).items()), default=None)

    def nearest(self, namespace: str, selector: Labels, *, name: str) -> _Id | None:
        """Return the workload that was most likely meant: by its labels' values, or its name."""
        near: dict[_Id, int] = {}
        for value in sorted({*selector.values(), name}):
            for one in self._with_value(namespace, value):
                near[one] = near.get(one, 0) + 1
        return min(near, key=lambda one: (-near[one], one), default=None)

    def labels(self, one: _Id) -> Labels:
        """Return the labels of a workload's pods."""
        return self.workloads[one].spec.template.metadata.labels or {}

    def _labelled(self, namespace: str, key: str, value: str) -> list[_Id]:
        return self._index().get((namespace, key, value), [])

    def _with_value(self, namespace: str, value: str) -> list[_Id]:
        self._index()
        return self._by_value.get((namespace, value), [])

    def _index(self) -> dict[tuple[str, str, str], list[_Id]]:
        if self._by_label is None:
            self._by_label = {}
            for one in self.workloads:
                namespace, name = one[1]
                labels = self.labels(one)
                for key, value in labels.items():
                    self._by_label.setdefault((namespace, key, value), []).append(one)
                for value in {*labels.values(), name}:
                    self._by_value.setdefault((namespace, value), []).append(one)
        return self._by_label


def describe_labels(labels: Labels) -> str:
    """Write labels as kubectl does: ``app=web,tier=front``."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "no labels"
