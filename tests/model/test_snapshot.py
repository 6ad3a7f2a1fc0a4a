from ingress.model.snapshot import BackendRef, Endpoint


def test_backend_refs_are_keys():
    assert str(BackendRef("default", "web", 80)) == "default/web:80"
    assert str(BackendRef("default", "web", "http")) == "default/web:http"


def test_endpoints_are_written_as_addresses():
    assert str(Endpoint(address="10.0.0.1", port=80)) == "10.0.0.1:80"
    assert str(Endpoint(address="::1", port=80)) == "[::1]:80"
    assert str(Endpoint(address="db.example.org", port=80)) == "db.example.org:80"
