from ingress.model.inventory import KINDS as FOLDED
from ingress.model.inventory import TABLES
from ingress.sources.cluster.kinds import INGRESS_CLASSES, KINDS, SECRETS, SERVICES


def test_where_they_are():
    assert SERVICES.path() == "/api/v1/services"
    assert SERVICES.path("shop") == "/api/v1/namespaces/shop/services"
    assert INGRESS_CLASSES.path() == "/apis/networking.k8s.io/v1/ingressclasses"


def test_only_secrets_for_tls_are_listed():
    assert SECRETS.query == {"fieldSelector": "type=kubernetes.io/tls"}
    assert SERVICES.query == {}


def test_each_has_a_table_that_calls_it_by_its_name():
    for kind in KINDS:
        assert kind.table in TABLES
        assert FOLDED[kind.table] == kind.name
