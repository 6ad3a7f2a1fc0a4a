from ingress.compiler.backends import Sources, compile_service
from ingress.compiler.claims import BackendUse
from ingress.compiler.selectors import Pods, describe_labels
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Service
from ingress.model.snapshot import BackendRef
from ingress.model.verdict import ObjectRef, Reason
from ingress.model.workloads import Workload
from tests.compiler.worlds import read

NS = "default"


def pods(**labels: dict[str, str]) -> Pods:
    return Pods(
        {
            ("Deployment", ObjectKey(NS, name)): read(
                Workload,
                {
                    "kind": "Deployment",
                    "metadata": {"name": name},
                    "spec": {"template": {"metadata": {"labels": found}}},
                },
            )
            for name, found in labels.items()
        }
    )


def named(one: tuple[str, ObjectKey] | None) -> str | None:
    return one[1].name if one else None


def test_a_selector_wants_all_of_its_labels() -> None:
    found = pods(a={"app": "web"}, b={"app": "web", "tier": "front"})
    assert named(found.selected(NS, {"app": "web"})) == "a"
    assert named(found.selected(NS, {"app": "web", "tier": "front"})) == "b"
    assert found.selected(NS, {"app": "web", "tier": "back"}) is None
    assert found.selected("other", {"app": "web"}) is None


def test_the_nearest_shares_values_or_the_name() -> None:
    found = pods(one={"app": "http-go"}, two={"run": "other"}, web={})
    assert named(found.nearest(NS, {"run": "http-go"}, name="x")) == "one"
    assert named(found.nearest(NS, {"run": "x"}, name="web")) == "web"
    assert found.nearest(NS, {"run": "x"}, name="x") is None


def test_labels_are_written_as_kubectl_does() -> None:
    assert describe_labels({"b": "2", "a": "1"}) == "a=1,b=2"
    assert describe_labels({}) == "no labels"


def test_where_nothing_comes_near_the_selector_alone_is_named() -> None:
    key, ref = ObjectKey(NS, "web"), BackendRef(NS, "web", 80)
    spec = {"ports": [{"port": 80}], "selector": {"app": "web"}}
    service = read(Service, {"metadata": {"name": "web"}, "spec": spec})
    uses = {ObjectKey(NS, "web"): {ref: BackendUse(ObjectRef("Ingress", NS, "web"))}}
    made = compile_service(key, uses, Sources(service, {}, {}, pods(db={"role": "db"})))
    assert made.backends[str(ref)].problem == Reason.SELECTOR_MATCHES_NOTHING
    assert [found.message for found in made.verdicts] == ["selector app=web finds no pods: 503"]
