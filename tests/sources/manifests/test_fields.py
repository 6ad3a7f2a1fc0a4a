"""Fields that Kubernetes does not know, and what was probably meant."""

from typing import Any

import pytest

from ingress.model.verdict import FieldPath
from ingress.sources.manifests.fields import unknown_fields

V1 = "networking.k8s.io/v1 Ingress"
LEGACY = "extensions/v1beta1 Ingress"


def path(**fields: Any) -> dict[str, Any]:
    return {"spec": {"rules": [{"http": {"paths": [{"path": "/", **fields}]}}]}}


@pytest.mark.parametrize(
    ("type_name", "document", "field", "mend"),
    [
        (
            "v1 Endpoints",
            {"subsets": [{"addresses": []}, {"address": [{"ip": "1.1.1.1"}]}]},
            ("subsets", 1, "address"),
            "did you mean 'addresses'?",
        ),
        (V1, {"spec": {"Rules": []}}, ("spec", "Rules"), "did you mean 'rules'?"),
        (V1, {"metadata": {"label": {}}}, ("metadata", "label"), "did you mean 'labels'?"),
        (V1, {"spec": {"backend": {}}}, ("spec", "backend"), "writes defaultBackend"),
        (
            V1,
            path(backend={"serviceName": "web"}),
            ("spec", "rules", 0, "http", "paths", 0, "backend", "serviceName"),
            "service: {name: …}",
        ),
        (
            LEGACY,
            path(backend={"service": {"name": "web"}}),
            ("spec", "rules", 0, "http", "paths", 0, "backend", "service"),
            "v1beta1 writes serviceName",
        ),
        (V1, {"rules": []}, ("rules",), "under 'spec'"),
        ("v1 Service", {"spec": {"zebra": 1}}, ("spec", "zebra"), "known here are"),
    ],
)
def test_an_unknown_field_has_a_mend(
    type_name: str, document: dict[str, Any], field: FieldPath, mend: str
) -> None:
    (problem,) = unknown_fields(document, type_name)
    assert problem.field == field
    assert mend in problem.mend


@pytest.mark.parametrize(
    ("type_name", "document"),
    [
        (V1, path(pathType="Prefix", backend={"resource": {"kind": "Bucket", "apiGroup": "x"}})),
        (V1, {"metadata": {"labels": {"any/thing": "x"}}}),
        (V1, {"metadata": {"managedFields": [{"fieldsV1": {"f:x": 1}}]}}),
        (LEGACY, path(backend={"serviceName": "web", "servicePort": 80})),
        ("v1 Secret", {"data": {"any": "x"}, "stringData": {}, "immutable": True}),
        (V1, {"spec": "text", "metadata": ["list"]}),
        ("example.com/v1 Thing", {"anything": 1}),
    ],
)  # fmt: skip
def test_known_fields_pass(type_name: str, document: dict[str, Any]) -> None:
    assert list(unknown_fields(document, type_name)) == []
