import pytest

from ingress.compiler.ahead import Ahead
from ingress.compiler.claims import NOTHING, Claims, HostClaim, Move, Order, PathClaim
from ingress.compiler.ledger import Findings
from ingress.compiler.routes import Hosts, compile_host
from ingress.compiler.step import Step
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.policies import Policies
from ingress.model.snapshot import BackendRef, HostKind, MatchKind, Route, Shadowed
from ingress.settings import CompilerOptions

A, B = ObjectKey("default", "a"), ObjectKey("default", "b")


def route(key: ObjectKey, path: str = "/", kind: MatchKind = MatchKind.PREFIX) -> Route:
    return Route(
        ingress=str(key),
        path=path,
        kind=kind,
        written_path=path,
        path_type=kind.value,
        backend=BackendRef("default", key.name, 80),
    )


def claim(
    key: ObjectKey, *routes: Route, age: float = 0, default: Route | None = None
) -> HostClaim:
    paths = (PathClaim(one, ("spec", "rules", i)) for i, one in enumerate(routes))
    return HostClaim(Order(age, *key), tuple(paths), default)


def step() -> Step:
    return Step(
        Inventory(), Inventory(), CompilerOptions(), 0, EMPTY, Findings(), Ahead(Policies())
    )


def test_longer_paths_go_first_then_exact_then_the_alphabet() -> None:
    exact = route(A, "/aa", MatchKind.EXACT)
    written = [route(A), route(A, "/bb"), route(A, "/aa"), exact, route(A, "/aaa")]
    host, said = compile_host("a.b", {A: claim(A, *written)})
    assert host.routes == (written[4], exact, written[2], written[1], written[0])
    assert said == ()


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_of_equal_paths_the_oldest_wins_and_the_other_is_remembered(
    order: tuple[ObjectKey, ObjectKey],
) -> None:
    claims = {A: claim(A, route(A, "/x"), age=2), B: claim(B, route(B, "/x"), age=1)}
    host, (said,) = compile_host("a.b", {key: claims[key] for key in order})
    assert host.routes == (route(B, "/x"),)
    assert host.shadowed == (
        Shadowed(ingress="default/a", path="/x", path_type="Prefix", winner="default/b"),
    )
    assert str(said.subject) == "Ingress default/a"
    assert said.message == "Prefix /x on a.b is taken by Ingress default/b, which is first"
    assert said.field == ("spec", "rules", 0, "path")


def test_an_ingress_may_be_in_its_own_way() -> None:
    _, (said,) = compile_host("", {A: claim(A, route(A), route(A))})
    assert said.message == ("Prefix / on every host is taken by an earlier path of this Ingress")
    assert said.field == ("spec", "rules", 1, "path")


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [("a.b", HostKind.EXACT), ("*.a.b", HostKind.WILDCARD), ("", HostKind.ANY)],
)
def test_the_kind_is_seen_in_the_pattern(pattern: str, kind: HostKind) -> None:
    assert compile_host(pattern, {A: claim(A)})[0].kind is kind


def test_the_fallback_is_of_the_oldest_that_has_one() -> None:
    claims = {A: claim(A, age=1), B: claim(B, age=2, default=route(B))}
    assert compile_host("a.b", claims)[0].fallback == route(B)


def test_only_the_hosts_that_a_move_names_are_compiled() -> None:
    of_a = Claims(hosts={"a": claim(A, route(A)), "both": claim(A, route(A))})
    of_b = Claims(hosts={"b": claim(B, route(B)), "both": claim(B, route(B))})
    before = Hosts().after(step(), [Move(A, NOTHING, of_a), Move(B, NOTHING, of_b)])
    assert len(before.hosts["both"].shadowed) == 1
    now = step()
    after = before.after(now, [Move(B, of_b, NOTHING)])
    assert after.hosts.keys() == {"a", "both"}
    assert after.hosts["a"] is before.hosts["a"]
    # What was said of a host that went, or is in order now, is taken back.
    assert now.findings == {("host", "b"): (), ("host", "both"): ()}


def test_unknown_hosts_go_to_the_oldest_without_rules_and_back() -> None:
    old = Claims(order=Order(1, *B), fallback=route(B))
    young = Claims(order=Order(2, *A), fallback=route(A))
    both = Hosts().after(step(), [Move(A, NOTHING, young), Move(B, NOTHING, old)])
    assert both.fallback == route(B)
    assert both.after(step(), [Move(B, old, NOTHING)]).fallback == route(A)
