from ingress.compiler.versions import as_v1
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import Ingress
from tests.compiler.worlds import read

METADATA = {"name": "web"}


def test_everything_has_its_place_in_v1() -> None:
    port = {"number": 80}
    legacy = {
        "apiVersion": "networking.k8s.io/v1beta1",
        "metadata": METADATA,
        "spec": {
            "ingressClassName": "nginx",
            "backend": {"serviceName": "spare", "servicePort": "http"},
            "tls": [{"secretName": "www"}],
            "rules": [
                {"host": "pathless.example.com"},
                {
                    "host": "example.com",
                    "http": {
                        "paths": [
                            {"path": "/x", "backend": {"serviceName": "a", "servicePort": 80}},
                            {"pathType": "Exact", "backend": {"serviceName": "b"}},
                            {"backend": {"resource": {"kind": "Bucket", "name": "c"}}},
                            {},
                        ]
                    },
                },
            ],
        },
    }
    v1 = {
        "metadata": METADATA,
        "spec": {
            "ingressClassName": "nginx",
            "defaultBackend": {"service": {"name": "spare", "port": {"name": "http"}}},
            "tls": [{"secretName": "www"}],
            "rules": [
                {"host": "pathless.example.com"},
                {
                    "host": "example.com",
                    "http": {
                        "paths": [
                            {
                                "path": "/x",
                                "pathType": "ImplementationSpecific",
                                "backend": {"service": {"name": "a", "port": port}},
                            },
                            {"pathType": "Exact", "backend": {"service": {"name": "b"}}},
                            {
                                "pathType": "ImplementationSpecific",
                                "backend": {"resource": {"kind": "Bucket", "name": "c"}},
                            },
                            {"pathType": "ImplementationSpecific"},
                        ]
                    },
                },
            ],
        },
    }
    assert as_v1(read(LegacyIngress, legacy)) == read(Ingress, v1)
