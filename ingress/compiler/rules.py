"""What a rule may say: its host, its path, and the backend that it names.

Each function returns what it read, or the Fault that it found.
Source: Kubernetes ``pkg/apis/networking/validation``, and the Ingress API reference.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote

from ingress.compiler.fault import Fault
from ingress.compiler.versions import FieldNames
from ingress.model.hosts import MAX_PORT, is_rule_host
from ingress.model.objects import IngressBackend, ServiceBackendPort
from ingress.model.paths import PathError, normalise_path, prefix_of
from ingress.model.snapshot import BackendRef, MatchKind
from ingress.model.verdict import FieldPath, Reason

# path type -> how it matches, and whether the API server looks into its paths.
_PATH_TYPES: Final = {
    "Exact": (MatchKind.EXACT, True),
    "Prefix": (MatchKind.PREFIX, True),
    "ImplementationSpecific": (MatchKind.PREFIX, False),
}
_REFUSED_IN_PATHS: Final = ("//", "/./", "/../", "%2f", "%2F")
_REFUSED_AT_THE_END: Final = ("/..", "/.")
_IN_NO_PATH: Final = re.compile(r"[?#\s\x00-\x1f\x7f]")
_ASCII: Final = "".join(map(chr, range(128)))


class MatchPath(NamedTuple):
    """A rule's path in its normal form, and how it matches."""

    path: str
    kind: MatchKind


def host_fault(host: str) -> Fault | None:
    """Say what is wrong with a host in a rule or a TLS entry, or ``None``."""
    if is_rule_host(host):
        return None
    plain = re.sub(r":\d*$", "", host.lower().strip()).rstrip(".")
    mend = "write a DNS name such as www.example.com or *.example.com"
    if host == "*":
        mend = "leave host out: such a rule takes every host"
    elif is_rule_host(plain):
        mend = f"write {plain}"
    return Fault(Reason.INVALID_HOST, f"{host!r} is no DNS name in lower case without a port", mend)


@lru_cache(maxsize=4096)  # most are written again and again
def read_path(written: str | None, path_type: str | None) -> MatchPath | Fault:
    """Return the normal form of a rule's path; an empty one means every path where it may be."""
    found = _PATH_TYPES.get(path_type or "")
    if found is None:
        said = f"pathType {path_type!r} is not known" if path_type else "pathType is missing"
        return Fault(
            Reason.INVALID_PATH_TYPE,
            said,
            "write pathType: Prefix, Exact or ImplementationSpecific",
            ("pathType",) if path_type else (),
        )
    kind, strict = found
    path = written or ("" if strict else "/")
    fault = _path_fault(path, strict=strict)
    if fault:
        return fault
    try:
        normal = normalise_path(quote(path, safe=_ASCII))
    except PathError as error:
        return _bad_path(path, str(error), "write % followed by two hex digits, %25 for itself")
    return MatchPath(prefix_of(normal) if kind is MatchKind.PREFIX else normal, kind)


def _path_fault(path: str, *, strict: bool) -> Fault | None:
    if not path.startswith("/"):
        return _bad_path(path, "does not begin with a slash", f"write /{path}")
    never = _IN_NO_PATH.search(path)
    if never:
        mend = f"write {quote(never[0])} for it" if never[0].isspace() else "write the path alone"
        return _bad_path(path, f"has {never[0]!r}, which no request's path has", mend)
    refused = [part for part in _REFUSED_IN_PATHS if part in path]
    refused += [part for part in _REFUSED_AT_THE_END if path.endswith(part)]
    if strict and refused:
        return _bad_path(
            path, f"has {refused[0]}, which the API server refuses", "write the path without it"
        )
    return None


def _bad_path(path: str, message: str, mend: str) -> Fault:
    return Fault(Reason.INVALID_PATH, f"path {path!r} {message}", mend, ("path",))


def read_backend(
    backend: IngressBackend | None, namespace: str, names: FieldNames
) -> BackendRef | Fault:
    """Return the Service port that a backend names; a Fault's field is below the backend."""
    written = backend or IngressBackend()
    service, resource = written.service, written.resource
    if service and resource:
        return _bad_backend("both service and resource are written", "keep service alone")
    if resource:
        return Fault(
            Reason.RESOURCE_BACKEND,
            f"a backend of kind resource ({resource.kind} {resource.name}) is not supported: 503",
            "name a Service",
            ("resource",),
        )
    if service is None:
        return _bad_backend("no backend is written", "name a Service and one of its ports")
    if not service.name:
        return _bad_backend("the backend names no Service", "write the Service's name")
    port = _read_port(service.port or ServiceBackendPort(), names)
    return port if isinstance(port, Fault) else BackendRef(namespace, service.name, port)


def _read_port(port: ServiceBackendPort, names: FieldNames) -> int | str | Fault:
    number, name = port.number, port.name
    if number is not None and name:
        return _bad_backend("the port has both a number and a name", "keep one of them")
    if number is not None:
        if 1 <= number <= MAX_PORT:
            return number
        return _bad_backend(
            f"{number} is no port", "write a number from 1 to 65535", names.port_number
        )
    if not name:
        return _bad_backend("the backend names no port", "write the Service port's number or name")
    if not any(character.isalpha() for character in name):
        return _bad_backend(
            f"{name!r} is text, and a port's name has a letter in it",
            "write the number without quotes, as a number",
            names.port_name,
        )
    return name


def _bad_backend(message: str, mend: str, field: FieldPath = ()) -> Fault:
    return Fault(Reason.INVALID_BACKEND, f"{message}: 503", mend, field)
