"""Ingresses, classes and Secrets as the API writes them."""

from typing import Any

CLASS = {"metadata": {"name": "aiohttp", "resourceVersion": "1"}, "spec": {"controller": "x"}}


def ingress(name: str, *secrets: str, namespace: str = "shop", version: str = "1") -> Any:
    """Return an Ingress that names Secrets."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": version}
    return {"metadata": metadata, "spec": {"tls": [{"secretName": secret} for secret in secrets]}}


def secret(
    name: str,
    *,
    namespace: str = "shop",
    type: str = "Opaque",  # noqa: A002 - what it is called
    crt: str = "eA==",
) -> Any:
    """Return a Secret."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": "1"}
    return {"metadata": metadata, "type": type, "data": {"tls.crt": crt}}
