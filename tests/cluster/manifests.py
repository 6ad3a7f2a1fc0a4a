"""Objects that tests apply, short where Kubernetes is long."""

from typing import Any


def deployment(name: str, *, namespace: str, replicas: int = 1, **container: Any) -> dict[str, Any]:
    """Return a Deployment of one container, which is given more fields by name."""
    labels = {"app": name}
    filled = {"name": name, "image": "stand-in", **container}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [filled]}},
        },
    }


def service(
    name: str, *, namespace: str, port: int = 80, target: int, **spec: Any
) -> dict[str, Any]:
    """Return a Service of the Deployment of the same name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"app": name},
            "ports": [{"port": port, "targetPort": target}],
            **spec,
        },
    }


def ingress(name: str, *, namespace: str, host: str, secret: str = "") -> dict[str, Any]:
    """Return an Ingress that sends a host to the Service of the same name."""
    backend = {"service": {"name": name, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    tls = {"tls": [{"hosts": [host], "secretName": secret}]} if secret else {}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "ingressClassName": CLASS,
            "rules": [{"host": host, "http": {"paths": [path]}}],
            **tls,
        },
    }


CLASS = "aiohttp"


def ingress_class() -> dict[str, Any]:
    """Return the IngressClass that those Ingresses name."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": CLASS},
        "spec": {"controller": "aiohttp-ingress.dev/controller"},
    }


def secret(name: str, *, namespace: str, type: str, **data: str) -> dict[str, Any]:  # noqa: A002 - what it is called
    """Return a Secret; dots in the keys are written as underscores."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": type,
        "stringData": {key.replace("_", "."): value for key, value in data.items()},
    }
