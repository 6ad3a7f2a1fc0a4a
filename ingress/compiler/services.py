"""The Services that Ingresses name, compiled again only when something about them changed."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from ingress.compiler.backends import ServiceBackends, Sources, compile_service
from ingress.compiler.changes import Entry, Index, edited, reindexed
from ingress.compiler.claims import BackendUse, Move
from ingress.compiler.ledger import Findings
from ingress.compiler.selectors import Pods
from ingress.compiler.step import Step
from ingress.model.differing import differing
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.objects import SERVICE_NAME_LABEL, EndpointSlice
from ingress.model.snapshot import Backend, BackendRef


class Services(Struct, frozen=True, kw_only=True):
    """The Backends of a Snapshot, and what they were compiled from.

    ``idle`` are the Services without endpoints, to which the labels of pods matter.
    """

    uses: Index[ObjectKey, Mapping[BackendRef, BackendUse]] = EMPTY
    slices: Index[ObjectKey, EndpointSlice] = EMPTY
    compiled: Mapping[ObjectKey, ServiceBackends] = EMPTY
    backends: Mapping[str, Backend] = EMPTY
    idle: Mapping[ObjectKey, bool] = EMPTY
    pods: Pods = Pods(EMPTY)

    def after(self, step: Step, moves: Iterable[Move]) -> "Services":
        """Return the Backends after Ingresses moved, or Services and their endpoints changed."""
        before, inventory = step.before, step.after
        uses, used = reindexed(
            self.uses, ((move.key, move.old.services, move.new.services) for move in moves)
        )
        slices, sliced = reindexed(self.slices, _slice_entries(step))
        pods = self.pods
        touched = used | sliced
        touched.update(differing(before.services, inventory.services))
        touched.update(differing(before.endpoints, inventory.endpoints))
        if before.workloads is not inventory.workloads:
            pods = Pods(inventory.workloads)
            touched.update(self.idle)
        edits: dict[ObjectKey, ServiceBackends | None] = {}
        for key in touched:
            if key in uses:
                endpoints = inventory.endpoints.get(key)
                sources = Sources(
                    service=inventory.services.get(key),
                    slices=slices.get(key, EMPTY),
                    endpoints={key: endpoints} if endpoints else EMPTY,
                    pods=pods,
                )
                edits[key] = compile_service(key, uses[key], sources)
            elif key in self.compiled:
                edits[key] = None
        return self._edited(edits, step.findings, uses=uses, slices=slices, pods=pods)

    def _edited(
        self,
        edits: Mapping[ObjectKey, ServiceBackends | None],
        findings: Findings,
        *,
        uses: Index[ObjectKey, Mapping[BackendRef, BackendUse]],
        slices: Index[ObjectKey, EndpointSlice],
        pods: Pods,
    ) -> "Services":
        backends: dict[str, Backend | None] = {}
        for key, made in edits.items():
            old = self.compiled.get(key)
            backends.update(dict.fromkeys(old.backends if old else ()))
            backends.update(made.backends if made else EMPTY)
            findings["service", key] = made.verdicts if made else ()
        return Services(
            uses=uses,
            slices=slices,
            compiled=edited(self.compiled, edits),
            backends=edited(self.backends, backends),
            idle=edited(
                self.idle, {key: (made and made.idle) or None for key, made in edits.items()}
            ),
            pods=pods,
        )


def _slice_entries(step: Step) -> Iterator[Entry[ObjectKey, EndpointSlice]]:
    old, new = step.before.endpoint_slices, step.after.endpoint_slices
    for key in differing(old, new):
        yield key, _by_service(key, old.get(key)), _by_service(key, new.get(key))


def _by_service(key: ObjectKey, found: EndpointSlice | None) -> Mapping[ObjectKey, EndpointSlice]:
    name = (found.metadata.labels or {}).get(SERVICE_NAME_LABEL) if found else None
    return {ObjectKey(key.namespace, name): found} if found and name else EMPTY
