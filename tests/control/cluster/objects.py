"""Ingresses, and the Builds that are made of them, as a cluster would bring them."""

from typing import Any

import msgspec

from ingress.compiler import Build, build_snapshot
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import Ingress, IngressClass, Service
from ingress.settings import CONTROLLER, CompilerOptions

NOW = 1_800_000_000.0
OURS = ObjectKey("", "ours")
CLASS = msgspec.convert(
    {"metadata": {"name": "ours", "uid": "class"}, "spec": {"controller": CONTROLLER}}, IngressClass
)


def plain(
    name: str = "web",
    *,
    host: str = "a.test",
    path: str = "/",
    ingress_class: str = "ours",
    shown: tuple[str, ...] = (),
    **metadata: Any,
) -> dict[str, Any]:
    """Return an Ingress as the API has it; ``shown`` are the IPs in its status."""
    backend = {"service": {"name": name, "port": {"number": 80}}}
    rule = {
        "host": host,
        "http": {
            "paths": [{"path": path, "pathType": "ImplementationSpecific", "backend": backend}]
        },
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}", **metadata},
        "spec": {"ingressClassName": ingress_class, "rules": [rule]},
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in shown]}},
    }


def ingress(*args: Any, **kwargs: Any) -> Ingress:
    return msgspec.convert(plain(*args, **kwargs), Ingress)


def service(name: str = "web") -> Service:
    return msgspec.convert(
        {
            "metadata": {"name": name, "namespace": "default", "uid": f"service-{name}"},
            "spec": {"ports": [{"port": 80}], "selector": {"app": name}},
        },
        Service,
    )


def inventory(*ingresses: Ingress, services: tuple[str, ...] = ()) -> Inventory:
    return Inventory(
        ingresses={ObjectKey(it.metadata.namespace, it.metadata.name): it for it in ingresses},
        ingress_classes={OURS: CLASS},
        services={ObjectKey("default", name): service(name) for name in services},
    )


def build(*ingresses: Ingress, services: tuple[str, ...] = ()) -> Build:
    found = inventory(*ingresses, services=services)
    return build_snapshot(found, CompilerOptions(), now=NOW)
