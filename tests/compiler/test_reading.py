from typing import Any

import pytest

from ingress.compiler.claims import NOTHING, Claims
from ingress.compiler.reading import read_ingress
from ingress.model.inventory import ObjectKey
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import Ingress
from ingress.model.policies import Policies
from ingress.model.verdict import Reason
from tests.compiler.worlds import read

KEY = ObjectKey("default", "web")
SECRET = ObjectKey("default", "s")


def backend(name: str = "web", port: int | str = 80) -> dict[str, Any]:
    kind = "number" if isinstance(port, int) else "name"
    return {"service": {"name": name, "port": {kind: port}}}


def path(text: str = "/", **more: Any) -> dict[str, Any]:
    return {"path": text, "pathType": "Prefix", "backend": backend()} | more


def rule(host: str | None, *paths: dict[str, Any]) -> dict[str, Any]:
    return ({"host": host} if host else {}) | {"http": {"paths": list(paths or [path()])}}


def claims(annotations: dict[str, str] | None = None, **spec: Any) -> Claims:
    plain = {"metadata": {"name": "web", "annotations": annotations or {}}, "spec": spec}
    return read_ingress(KEY, read(Ingress, plain), Policies())


@pytest.mark.parametrize(
    ("spoilt", "reason", "field"),
    [
        (rule("A.b"), Reason.INVALID_HOST, ("host",)),
        (rule("c.d", path("x")), Reason.INVALID_PATH, ("http", "paths", 0, "path")),
        (
            rule("c.d", path(pathType="?")),
            Reason.INVALID_PATH_TYPE,
            ("http", "paths", 0, "pathType"),
        ),
        (rule("c.d", path(backend={})), Reason.INVALID_BACKEND, ("http", "paths", 0, "backend")),
    ],
)
def test_a_mistake_loses_its_own_part_and_is_named_there(
    spoilt: dict[str, Any], reason: Reason, field: tuple[str | int, ...]
) -> None:
    found = claims(rules=[rule("a.b"), spoilt])
    assert len(found.hosts["a.b"].paths) == 1
    (said,) = found.verdicts
    assert (said.reason, said.field) == (reason, ("spec", "rules", 1, *field))


def test_a_lost_backend_keeps_its_path_so_that_no_other_route_takes_it() -> None:
    (lost,) = claims(rules=[rule("a.b", path("/x", backend={}))]).hosts["a.b"].paths
    assert (lost.route.path, lost.route.backend) == ("/x", None)


def test_a_host_of_two_rules_is_one_host() -> None:
    paths = claims(rules=[rule("a.b", path("/x")), rule("a.b", path("/y"))]).hosts["a.b"].paths
    assert [(one.route.path, one.field[2]) for one in paths] == [("/x", 0), ("/y", 1)]


@pytest.mark.parametrize(
    ("rules", "tls", "hosts"),
    [
        ([rule("a.b"), rule("c.d")], {}, ["a.b", "c.d"]),
        ([rule("a.b"), rule(None)], {}, ["a.b", ""]),
        (None, {}, [""]),
        ([rule("a.b")], {"hosts": ["c.d", "C.D", "e.f"]}, ["c.d", "e.f"]),
    ],
)
def test_a_tls_entry_without_hosts_covers_those_of_the_rules(
    rules: list[Any] | None, tls: dict[str, Any], hosts: list[str]
) -> None:
    found = claims(rules=rules, tls=[tls | {"secretName": "s"}], defaultBackend=backend())
    assert list(found.server_names) == hosts
    assert found.secrets[SECRET].hosts == frozenset(hosts)
    assert found.secrets[SECRET].field == ("spec", "tls", 0, "secretName")


def test_only_without_rules_does_a_default_backend_take_unknown_hosts() -> None:
    alone = claims(defaultBackend=backend())
    with_rules = claims(defaultBackend=backend(), rules=[rule("a.b")])
    assert alone.fallback
    assert with_rules.fallback is None
    assert with_rules.hosts["a.b"].default == alone.fallback


def test_a_service_port_is_asked_for_once_where_it_is_first_named() -> None:
    found = claims(rules=[rule("a.b", path("/x"), path("/y"))]).services
    ((ref, use),) = found[ObjectKey("default", "web")].items()
    assert str(ref) == "default/web:80"
    at = ("spec", "rules", 0, "http", "paths", 0, "backend", "service")
    assert (use.service, use.port) == ((*at, "name"), (*at, "port", "number"))


def test_a_refused_ingress_closes_all_its_routes_and_asks_for_no_service() -> None:
    guard = {"nginx.ingress.kubernetes.io/auth-url": "https://auth.example.com"}
    found = claims(guard, rules=[rule("a.b", path("/x"), path("/y"))], defaultBackend=backend())
    routes = [one.route for one in found.hosts["a.b"].paths]
    for route in (*routes, found.hosts["a.b"].default):
        assert route
        assert (route.backend, bool(route.refused)) == (None, True)
    assert found.services == NOTHING.services


def test_a_legacy_ingress_is_spoken_to_in_its_own_words() -> None:
    plain = {"apiVersion": "extensions/v1beta1", "metadata": {"name": "web"}, "spec": {}}
    found = read_ingress(KEY, read(LegacyIngress, plain), Policies())
    assert [said.reason for said in found.verdicts] == [Reason.LEGACY_VERSION, Reason.NO_RULES]
    assert found.verdicts[1].mend == "write spec.rules with paths, or spec.backend"
