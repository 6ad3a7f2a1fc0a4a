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
