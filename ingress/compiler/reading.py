"""One Ingress, read into its Claims; a mistake loses the part that it is in, and is named."""

from collections.abc import Iterator
from functools import lru_cache

from ingress.compiler.annotations.reading import Reading
from ingress.compiler.claims import (
    BackendUse,
    Claims,
    HostClaim,
    PathClaim,
    SecretUse,
    TlsClaim,
    order_of,
)
from ingress.compiler.fault import Fault
from ingress.compiler.ownership import class_name_of
from ingress.compiler.rules import host_fault, read_backend, read_path
from ingress.compiler.versions import LEGACY, V1, as_v1
from ingress.model.inventory import EMPTY, ObjectKey
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import HTTPIngressPath, Ingress, IngressBackend, IngressTLS
from ingress.model.policies import Policies
from ingress.model.snapshot import ANY_HOST, BackendRef, MatchKind, Route
from ingress.model.verdict import FieldPath, ObjectRef, Reason, Verdict, verdict


def read_ingress(key: ObjectKey, written: Ingress | LegacyIngress, defaults: Policies) -> Claims:
    """Return what an Ingress asks for, and what is wrong with it as far as it alone tells."""
    return _Reader(key, written, defaults).claims()


@lru_cache(maxsize=4096)
def _below(at: FieldPath, *parts: str | int) -> FieldPath:
    """Return a field below another, the same object for the same field of every Ingress."""
    return (*at, *parts)


class _Reader:
    """Reads one Ingress, collecting verdicts and the Services that it names on the way."""

    def __init__(
        self, key: ObjectKey, written: Ingress | LegacyIngress, defaults: Policies
    ) -> None:
        legacy = isinstance(written, LegacyIngress)
        self._ingress = as_v1(written) if isinstance(written, LegacyIngress) else written
        self._names = LEGACY if legacy else V1
        self._key = key
        self._order = order_of(key, written.metadata)
        self._subject = ObjectRef("Ingress", *key)
        self._annotations = Reading(self._subject, defaults)
        self._annotations.read(written.metadata.annotations or {})
        self._services: dict[ObjectKey, dict[BackendRef, BackendUse]] = {}
        self._verdicts: list[Verdict] = []
        if isinstance(written, LegacyIngress):
            self._say_legacy(written.api_version)

    def claims(self) -> Claims:
        spec = self._ingress.spec
        default = self._default()
        hosts = self._hosts(default)
        server_names = self._server_names(tuple(hosts)) if spec.tls else {}
        if default is None and not any(rule.http and rule.http.paths for rule in spec.rules or ()):
            self._say_leads_nowhere()
        return Claims(
            order=self._order,
            class_name=class_name_of(self._ingress),
            hosts=hosts,
            server_names=server_names or EMPTY,
            services=self._services,
            secrets=self._secrets(server_names) if spec.tls else EMPTY,
            fallback=None if spec.rules else default,
            verdicts=(*self._annotations.verdicts, *self._verdicts),
        )

    # -- rules ----------------------------------------------------------------------------

    def _hosts(self, default: Route | None) -> dict[str, HostClaim]:
        paths: dict[str, tuple[PathClaim, ...]] = {}
        for i, rule in enumerate(self._ingress.spec.rules or ()):
            host = rule.host or ANY_HOST
            field: FieldPath = ("spec", "rules", i)
            fault = host_fault(host) if host else None
            if fault:
                self._say_fault((*field, "host"), fault)
                continue
            written = (rule.http.paths if rule.http else None) or ()
            read = tuple(self._paths(written, _below(field, "http", "paths")))
            paths[host] = paths.get(host, ()) + read
        return {host: HostClaim(self._order, read, default) for host, read in paths.items()}

    def _paths(self, written: tuple[HTTPIngressPath, ...], at: FieldPath) -> Iterator[PathClaim]:
        for i, path in enumerate(written):
            field = _below(at, i)
            match = read_path(path.path, path.path_type)
            if isinstance(match, Fault):
                self._say_fault(field, match)
                continue
            route = Route(
                ingress=str(self._key),
                path=match.path,
                kind=match.kind,
                written_path=path.path or "/",
                path_type=path.path_type or "",
                backend=self._backend(path.backend, _below(field, "backend")),
                policies=self._annotations.policies,
                refused=self._annotations.refused,
            )
            yield PathClaim(route, field)

    def _default(self) -> Route | None:
        backend = self._ingress.spec.default_backend
        if backend is None:
            return None
        return Route(
            ingress=str(self._key),
            path="/",
            kind=MatchKind.PREFIX,
            written_path="",
            path_type="",
            backend=self._backend(backend, ("spec", self._names.default_backend)),
            policies=self._annotations.policies,
            refused=self._annotations.refused,
        )

    def _backend(self, backend: IngressBackend | None, at: FieldPath) -> BackendRef | None:
        ref = read_backend(backend, self._key.namespace, self._names)
        if isinstance(ref, Fault):
            self._say_fault(at, ref)
            return None
        if self._annotations.refused:
            return None
        port = self._names.port_number if isinstance(ref.port, int) else self._names.port_name
        use = BackendUse(self._subject, _below(at, *self._names.service), _below(at, *port))
        service = ObjectKey(ref.namespace, ref.service)
        self._services.setdefault(service, {}).setdefault(ref, use)
        return ref

    # -- TLS ------------------------------------------------------------------------------

    def _server_names(self, rule_hosts: tuple[str, ...]) -> dict[str, tuple[TlsClaim, ...]]:
        names: dict[str, tuple[TlsClaim, ...]] = {}
        redirect = self._annotations.policies.ssl_redirect.enabled
        for i, entry in enumerate(self._ingress.spec.tls or ()):
            name = entry.secret_name
            secret = ObjectKey(self._key.namespace, name) if name else None
            for host, field in self._tls_hosts(entry, rule_hosts, i):
                claim = TlsClaim(self._order, secret, redirect, field)
                names[host] = (*names.get(host, ()), claim)
        return names

    def _tls_hosts(
        self, entry: IngressTLS, rule_hosts: tuple[str, ...], i: int
    ) -> Iterator[tuple[str, FieldPath]]:
        """Yield the hosts of a TLS entry; one without hosts covers those of the rules.

        An Ingress without rules takes unknown hosts, so there such an entry covers every host.
        """
        at: FieldPath = ("spec", "tls", i)
        if not entry.hosts:
            field = (*at, "secretName") if entry.secret_name else at
            hosts = rule_hosts if self._ingress.spec.rules else (ANY_HOST,)
            yield from ((host, field) for host in hosts)
        for j, host in enumerate(entry.hosts or ()):
            field = (*at, "hosts", j)
            fault = host_fault(host)
            if fault:
                self._say_fault(field, fault)
            else:
                yield host, field

    def _secrets(self, names: dict[str, tuple[TlsClaim, ...]]) -> dict[ObjectKey, SecretUse]:
        hosts: dict[ObjectKey, set[str]] = {}
        fields: dict[ObjectKey, FieldPath] = {}
        for i, entry in enumerate(self._ingress.spec.tls or ()):
            if entry.secret_name:
                secret = ObjectKey(self._key.namespace, entry.secret_name)
                fields.setdefault(secret, ("spec", "tls", i, "secretName"))
        for host, claims in names.items():
            for claim in claims:
                if claim.secret:
                    hosts.setdefault(claim.secret, set()).add(host)
        return {
            secret: SecretUse(self._subject, field, frozenset(hosts.get(secret, ())))
            for secret, field in fields.items()
        }

    # -- verdicts -------------------------------------------------------------------------

    def _say(self, reason: Reason, *, message: str, mend: str, field: FieldPath) -> None:
        self._verdicts.append(
            verdict(self._subject, reason, message=message, mend=mend, field=field)
        )

    def _say_fault(self, at: FieldPath, fault: Fault) -> None:
        self._verdicts.append(fault.about(self._subject, *at))

    def _say_legacy(self, version: str) -> None:
        self._say(
            Reason.LEGACY_VERSION,
            message=f"{version} is served by no cluster since Kubernetes 1.22; it is served here",
            mend="ingress convert rewrites it to networking.k8s.io/v1",
            field=("apiVersion",),
        )

    def _say_leads_nowhere(self) -> None:
        self._say(
            Reason.NO_RULES,
            message="neither a path nor a default backend is written, so it leads nowhere",
            mend=f"write spec.rules with paths, or spec.{self._names.default_backend}",
            field=("spec",),
        )
