"""Documents become objects, or problems."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.model.inventory import ObjectKey
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import Ingress, IngressClass, Secret
from ingress.model.verdict import ObjectRef, Reason
from ingress.model.workloads import Workload
from ingress.sources.manifests.decoding import Decoded, decode, key_of

INGRESS: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "web", "annotations": {"a": "b"}},
    "spec": {
        "tls": [{"hosts": ["a.com"], "secretName": "s"}],
        "rules": [
            {
                "host": "a.com",
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "web", "port": {"number": 80}}},
                        }
                    ]
                },
            }
        ],
    },
}


def one(document: Any, namespace: str = "default") -> Decoded:
    (decoded,) = decode(document, namespace)
    return decoded


def test_an_ingress() -> None:
    decoded = one(INGRESS)
    assert decoded.ref == ObjectRef("Ingress", "default", "web")
    assert isinstance(decoded.value, Ingress)
    assert decoded.value.metadata.namespace == "default"
    assert decoded.problems == ()


@pytest.mark.parametrize("version", ["extensions/v1beta1", "networking.k8s.io/v1beta1"])
def test_legacy_ingresses(version: str) -> None:
    spec = {"backend": {"serviceName": "web", "servicePort": 80}}
    decoded = one(INGRESS | {"apiVersion": version, "spec": spec})
    assert isinstance(decoded.value, LegacyIngress)
    assert decoded.value.api_version == version


def test_namespaces() -> None:
    own = INGRESS | {"metadata": {"name": "web", "namespace": "shop"}}
    assert one(own, "team").ref == ObjectRef("Ingress", "shop", "web")
    assert one(INGRESS, "team").ref == ObjectRef("Ingress", "team", "web")
    cls = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "c", "namespace": "x"},
    }
    decoded = one(cls, "team")
    assert isinstance(decoded.value, IngressClass)
    assert decoded.value.metadata.namespace == ""


def test_secrets_are_kept_as_they_are_written() -> None:
    decoded = one(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "s"},
            "data": {"tls.key": "aGk="},
        }
    )
    assert isinstance(decoded.value, Secret)
    assert decoded.value.data is not None
    assert decoded.value.data["tls.key"].reveal() == b"aGk="
    assert "aGk=" not in repr(decoded)


def test_a_pod_is_the_template_of_itself() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "labels": {"app": "x"}},
        "spec": {"containers": [{"name": "c", "ports": [{"containerPort": 8080}]}]},
    }
    value = one(pod).value
    assert isinstance(value, Workload)
    assert value.spec.template.metadata.labels == {"app": "x"}
    assert value.spec.template.spec.containers is not None


def test_keys() -> None:
    assert key_of(ObjectRef("Service", "a", "b")) == ObjectKey("a", "b")
    assert key_of(ObjectRef("Pod", "a", "b")) == ("Pod", ObjectKey("a", "b"))


@pytest.mark.parametrize(
    "document",
    [
        None, 1, "text", ["list"], {}, {"a": 1},
        {"apiVersion": "v2", "name": "chart", "version": "1.0.0"},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}},
        {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "x"}},
        {"apiVersion": "networking.istio.io/v1", "kind": "Ingress", "metadata": {}},
        {"kind": "Unknown", "metadata": {}}, {"apiVersion": "v7", "metadata": {}},
        {"apiVersion": "v1", "kind": "List", "items": []},
    ],
)  # fmt: skip
def test_what_is_none_of_ours_passes_in_silence(document: Any) -> None:
    assert list(decode(document, "default")) == []


def test_lists_of_lists() -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [INGRESS]}
    decoded = one({"apiVersion": "v1", "kind": "List", "items": ["x", inner]})
    assert decoded.path == ("items", 1, "items", 0)


def test_items_of_a_typed_list_inherit() -> None:
    bare = {key: INGRESS[key] for key in ("metadata", "spec")}
    decoded = one({"apiVersion": "networking.k8s.io/v1", "kind": "IngressList", "items": [bare]})
    assert isinstance(decoded.value, Ingress)
    assert one({"kind": "IngressList", "items": [INGRESS]}).value is not None


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        ({"apiVersion": None}, "no apiVersion", ()),
        ({"apiVersion": 1}, "no apiVersion", ("apiVersion",)),
        ({"kind": None}, "no kind", ()),
        ({"kind": 7}, "no kind", ("kind",)),
        ({"metadata": None}, "no metadata", ()),
        ({"metadata": "x"}, "no metadata", ("metadata",)),
        ({"metadata": {}}, "no name", ("metadata",)),
        ({"metadata": {"name": 7}}, "not text", ("metadata", "name")),
        ({"metadata": {"name": "x", "namespace": 7}}, "not text", ("metadata", "namespace")),
        ({"metadata": {"generateName": "x-"}}, "generateName", ("metadata", "generateName")),
        ({"metadata": {"name": "a/b"}}, "cannot be 'a/b'", ("metadata", "name")),
        ({"metadata": {"name": "a\x1b[2J\n"}}, "cannot be 'a\\x1b[2J\\n'", ("metadata", "name")),
        ({"metadata": {"name": "Web"}}, "cannot be", ("metadata", "name")),
        ({"metadata": {"name": "x" * 254}}, "cannot be", ("metadata", "name")),
        ({"metadata": {"name": "x", "namespace": "a.b"}}, "'a.b'", ("metadata", "namespace")),
    ],
)
def test_nameless_objects(change: dict[str, Any], words: str, field: tuple[str, ...]) -> None:
    document = {k: v for k, v in (INGRESS | change).items() if v is not None}
    decoded = one(document)
    assert decoded.ref is None
    (problem,) = decoded.problems
    assert problem.reason is Reason.INVALID_OBJECT
    assert words in problem.message
    assert problem.field == field
    assert problem.mend


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("networking.k8s.io/v2", "Ingress"),
        ("extensions/v1beta1", "Deployment"),
        ("discovery.k8s.io/v1beta1", "EndpointSlice"),
        ("v2", "Service"),
    ],
)
def test_unknown_versions(version: str, kind: str) -> None:
    decoded = one({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}})
    assert decoded.value is None
    assert [problem.reason for problem in decoded.problems] == [Reason.UNKNOWN_VERSION]


def test_an_object_is_used_without_its_unknown_field() -> None:
    decoded = one(INGRESS | {"spec": INGRESS["spec"] | {"rule": []}})
    assert isinstance(decoded.value, Ingress)
    assert [problem.reason for problem in decoded.problems] == [Reason.UNKNOWN_FIELD]


JUNK = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "text", [], {}, [None], [[]], {"": ""}, {"x": 1}, float("nan")]
).map(copy.deepcopy)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(found for key, child in inner for found in _places(child, (*path, key)))]


@given(st.data())
def test_no_mutation_ever_raises(data: st.DataObject) -> None:
    document = {"x": copy.deepcopy(INGRESS)}
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(_places(document)[1:]))
        parent: Any = document
        for step in path:
            parent = parent[step]
        if data.draw(st.booleans()):
            parent[last] = data.draw(JUNK)
        else:
            del parent[last]
            break
    for decoded in decode(document.get("x"), "default"):
        assert decoded.value is not None or decoded.problems
