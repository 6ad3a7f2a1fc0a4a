"""Legacy Ingresses -> networking.k8s.io/v1 as data: what a converted text must hold.

Source: the conversions of kubernetes/pkg/apis/networking, v1.21 (the last that had all three).
"""

from collections.abc import Mapping
from typing import Any, Final

V1: Final = "networking.k8s.io/v1"
LEGACY: Final = frozenset({"extensions/v1beta1", "networking.k8s.io/v1beta1"})
NAME, PORT = "serviceName", "servicePort"


def converted(value: Any) -> Any:
    """Return a document with its legacy Ingresses converted, in a List too."""
    if not isinstance(value, Mapping):
        return value
    if value.get("kind") == "List":
        return _with(value, "items", lambda items: _each(items, converted))
    if value.get("kind") == "Ingress" and value.get("apiVersion") in LEGACY:
        return _with({**value, "apiVersion": V1}, "spec", _spec)
    return value


def _spec(spec: Any) -> Any:
    if not isinstance(spec, Mapping):
        return spec
    renamed = {("defaultBackend" if key == "backend" else key): v for key, v in spec.items()}
    renamed = _with(renamed, "defaultBackend", _backend) if "backend" in spec else renamed
    return _with(renamed, "rules", lambda rules: _each(rules, _rule))


def _rule(rule: Any) -> Any:
    return _with(rule, "http", lambda http: _with(http, "paths", lambda paths: _each(paths, _path)))


def _path(path: Any) -> Any:
    if not isinstance(path, Mapping) or not path:
        return path
    kind = path.get("pathType") or "ImplementationSpecific"
    return _with({**path, "pathType": kind}, "backend", _backend)


def _backend(backend: Any) -> Any:
    if not isinstance(backend, Mapping) or not {NAME, PORT} & backend.keys():
        return backend
    service: dict[str, Any] = {}
    if NAME in backend:
        service["name"] = backend[NAME]
    if PORT in backend:
        service["port"] = _port(backend[PORT])
    rest = {key: value for key, value in backend.items() if key not in {NAME, PORT}}
    return {**rest, "service": service}


def _port(port: Any) -> Any:
    if port is None:
        return None
    return {"number" if isinstance(port, int) else "name": port}


def _with(value: Any, key: str, change: Any) -> Any:
    if not isinstance(value, Mapping) or key not in value:
        return value
    return {**value, key: change(value[key])}


def _each(value: Any, change: Any) -> Any:
    return [change(item) for item in value] if isinstance(value, list) else value
