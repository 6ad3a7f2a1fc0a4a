import pytest

from ingress.cli.conversion.data import converted


def test_every_renamed_field():
    old = {"serviceName": "a", "servicePort": 80}
    new = {"service": {"name": "a", "port": {"number": 80}}}
    assert converted(
        {
            "apiVersion": "extensions/v1beta1",
            "kind": "Ingress",
            "spec": {"backend": old, "rules": [{"http": {"paths": [{"backend": old}]}}]},
        }
    ) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "spec": {
            "defaultBackend": new,
            "rules": [
                {"http": {"paths": [{"backend": new, "pathType": "ImplementationSpecific"}]}}
            ],
        },
    }


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"kind": "Ingress"}, {"kind": "List"}])
def test_all_else_stays(value):
    assert converted(value) == value
