"""Service ports and their endpoints -> Backends, compiled Service by Service.

Backends hang on the ports that Ingresses name, not on their routes: endpoint churn ends here.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ingress.compiler.claims import BackendUse
from ingress.compiler.endpoints import Found, external_address, find_endpoints
from ingress.compiler.ports import Resolved, describe_ports, resolve_port, target_number
from ingress.compiler.selectors import Pods, describe_labels
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Endpoints, EndpointSlice, Service
from ingress.model.snapshot import Affinity, Backend, BackendRef, Endpoint
from ingress.model.verdict import FieldPath, ObjectRef, Reason, Severity, Verdict, verdict

# An Enum is slow to look a member up.
_CLIENT_IP: Final = Affinity.CLIENT_IP
_NONE: Final = Affinity.NONE

Uses = Mapping[ObjectKey, Mapping[BackendRef, BackendUse]]


class Sources(Struct, frozen=True, gc=False):
    """What the Inventory holds about one Service."""

    service: Service | None
    slices: Mapping[ObjectKey, EndpointSlice]
    endpoints: Mapping[ObjectKey, Endpoints]
    pods: Pods


class ServiceBackends(Struct, frozen=True, gc=False):
    """The Backends of one Service; ``idle`` where one had no endpoints, so that pods matter."""

    backends: Mapping[str, Backend]
    verdicts: tuple[Verdict, ...]
    idle: bool


def compile_service(key: ObjectKey, uses: Uses, sources: Sources) -> ServiceBackends:
    """Return a Backend for each port of a Service that an Ingress (or a flag) names."""
    compiler = _Compiler(key, sources)
    by_ref: dict[BackendRef, list[BackendUse]] = {}
    for user in sorted(uses):
        for ref, use in uses[user].items():
            by_ref.setdefault(ref, []).append(use)
    backends = {str(ref): compiler.backend(ref, users) for ref, users in by_ref.items()}
    return ServiceBackends(
        backends,
        verdicts=tuple(dict.fromkeys(compiler.verdicts)),
        idle=any(not backend.endpoints for backend in backends.values()),
    )


class _Compiler:
    """Compiles the ports of one Service."""

    def __init__(self, key: ObjectKey, sources: Sources) -> None:
        self._key = key
        self._sources = sources
        self.verdicts: list[Verdict] = []

    @property
    def _subject(self) -> ObjectRef:
        return ObjectRef("Service", *self._key)

    def backend(self, ref: BackendRef, uses: list[BackendUse]) -> Backend:
        service = self._sources.service
        if service is None:
            return self._service_missing(ref, uses)
        resolved = resolve_port(service, ref.port)
        if resolved is None:
            return self._port_missing(ref, uses, service)
        if resolved.by_target:
            self._say_target_port(ref, uses, resolved)
        if service.spec.type == "ExternalName":
            return self._external(service, resolved)
        return self._with_endpoints(service, resolved)

    def _with_endpoints(self, service: Service, resolved: Resolved) -> Backend:
        found = find_endpoints(resolved.port, self._sources.slices, self._sources.endpoints)
        self.verdicts += found.verdicts
        by_client = service.spec.session_affinity == "ClientIP"
        return Backend(
            key=self._port_key(resolved),
            endpoints=found.endpoints,
            affinity=_CLIENT_IP if by_client else _NONE,
            problem="" if found.endpoints else self._why_none(service, resolved, found),
        )

    def _external(self, service: Service, resolved: Resolved) -> Backend:
        name = service.spec.external_name or ""
        address = external_address(name)
        if address:
            endpoint = Endpoint(address=address, port=target_number(resolved.port))
            return Backend(key=self._port_key(resolved), endpoints=(endpoint,))
        self._say(
            self._subject,
            Reason.INVALID_ENDPOINT,
            message=f"externalName {name!r} is no DNS name, so its routes answer 503",
            mend="write a DNS name such as api.example.com",
            field=("spec", "externalName"),
        )
        return Backend(key=self._port_key(resolved), problem=Reason.INVALID_ENDPOINT)

    def _port_key(self, resolved: Resolved) -> str:
        return f"{self._key}:{resolved.port.port}"

    # -- what is missing ------------------------------------------------------------------

    def _service_missing(self, ref: BackendRef, uses: list[BackendUse]) -> Backend:
        for use in uses:
            self._say(
                use.subject,
                Reason.SERVICE_MISSING,
                message=f"Service {self._key} is not there, so its routes answer 503",
                mend=f"create the Service, or name one of namespace {self._key.namespace}",
                field=use.service,
            )
        return Backend(key=str(ref), problem=Reason.SERVICE_MISSING)

    def _port_missing(self, ref: BackendRef, uses: list[BackendUse], service: Service) -> Backend:
        ports = describe_ports(service)
        for use in uses:
            self._say(
                use.subject,
                Reason.SERVICE_PORT_MISSING,
                message=f"Service {self._key} has no TCP port {ref.port}, so its routes answer 503",
                mend=f"name one of its ports: {ports}",
                field=use.port,
            )
        return Backend(key=str(ref), problem=Reason.SERVICE_PORT_MISSING)

    def _say_target_port(self, ref: BackendRef, uses: list[BackendUse], resolved: Resolved) -> None:
        for use in uses:
            self._say(
                use.subject,
                Reason.SERVICE_PORT_IS_TARGET_PORT,
                message=f"{ref.port} is the targetPort of Service {self._key}, not its port; "
                "it is accepted, as ingress-nginx does, but the Kubernetes API means the port",
                mend=f"write {resolved.port.port}",
                field=use.port,
            )

    def _why_none(self, service: Service, resolved: Resolved, found: Found) -> Reason:
        """Say why a port has no endpoints, and return the reason."""
        selector = service.spec.selector
        if found.written:
            return self._say_idle(
                resolved, f"endpoints written: {found.written}, ready: 0", "look at its pods"
            )
        if found.other_ports:
            names = ", ".join(repr(name) for name in found.other_ports)
            return self._say_idle(
                resolved,
                f"its endpoints bear other port names: {names}",
                f"name the port {resolved.port.name or ''!r} there too",
            )
        if not selector:
            return self._say_idle(
                resolved,
                "it has no selector, and no EndpointSlice or Endpoints names an address",
                f"write an Endpoints object named {self._key.name} with subsets[].addresses",
            )
        return self._why_not_selected(selector, resolved)

    def _why_not_selected(self, selector: Mapping[str, str], resolved: Resolved) -> Reason:
        pods, labels = self._sources.pods, dict(selector)
        selected = pods.selected(self._key.namespace, labels)
        if selected:
            kind, key = selected
            return self._say_idle(
                resolved,
                f"its pods are those of {kind} {key.name}, and only a cluster runs them",
                "run with --stand-ins, or with "
                f"--backend {self._port_key(resolved)}=127.0.0.1:PORT",
                severity=Severity.INFO,
            )
        if not pods.workloads:
            return self._say_idle(
                resolved, "its selector finds no ready pod", "look at its pods and their labels"
            )
        return self._say_selects_nothing(labels)

    def _say_selects_nothing(self, selector: dict[str, str]) -> Reason:
        pods = self._sources.pods
        wanted = describe_labels(selector)
        message = f"selector {wanted} finds no pods"
        mend = "write the labels of the pods that it stands for"
        near = pods.nearest(self._key.namespace, selector, name=self._key.name)
        if near:
            kind, key = near
            labels = describe_labels(pods.labels(near))
            message += f"; the pods of {kind} {key.name} are labelled {labels}"
            mend = f"write selector {labels}, or label the pods {wanted}"
        self._say(
            self._subject,
            Reason.SELECTOR_MATCHES_NOTHING,
            message=f"{message}: 503",
            mend=mend,
            field=("spec", "selector"),
        )
        return Reason.SELECTOR_MATCHES_NOTHING

    def _say_idle(
        self, resolved: Resolved, why: str, mend: str, *, severity: Severity | None = None
    ) -> Reason:
        self._say(
            self._subject,
            Reason.NO_READY_ENDPOINTS,
            message=f"port {resolved.port.port} has no ready endpoint: {why}",
            mend=mend,
            severity=severity,
        )
        return Reason.NO_READY_ENDPOINTS

    def _say(
        self,
        subject: ObjectRef,
        reason: Reason,
        *,
        message: str,
        mend: str,
        field: FieldPath = (),
        severity: Severity | None = None,
    ) -> None:
        self.verdicts.append(
            verdict(subject, reason, message=message, mend=mend, field=field, severity=severity)
        )
