from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ingress.compiler import Ahead, Build, build_snapshot
from ingress.compiler.build import Memo
from ingress.compiler.ingresses import FLAGS
from ingress.model.codec import diff, encode_snapshot
from ingress.model.inventory import Inventory, ObjectKey, Partial
from ingress.model.objects import Ingress
from ingress.model.snapshot import BackendRef, Snapshot
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.settings import CompilerOptions
from tests.compiler import worlds
from tests.compiler.worlds import NOW

ANY = CompilerOptions(any_class=True)
OPTIONS = st.sampled_from(
    [
        ANY,
        CompilerOptions(),
        CompilerOptions(ingress_classes=("a",)),
        CompilerOptions(
            any_class=True,
            default_backend=BackendRef("default", "a", 80),
            default_certificate=ObjectKey("default", "a"),
        ),
    ]
)
KINDS = [name for name in Inventory.__struct_fields__ if name != "verdicts"]


def without_memo(build: Build | None) -> Build | None:
    """Return a Build of which only the certificates that were shown are known."""
    if build is None:
        return None
    shown = Snapshot(certificates=build.snapshot.certificates)
    other = CompilerOptions(ingress_classes=("nobody's",))
    return Build(snapshot=shown, verdicts=(), memo=Memo(options=other))


def shuffled(inventory: Inventory, seed: int) -> Inventory:
    maps: dict[str, Any] = {}
    for kind in KINDS:
        items = list(getattr(inventory, kind).items())
        Random(seed).shuffle(items)  # noqa: S311 - an order, not a secret
        maps[kind] = dict(items)
    return structs.replace(inventory, **maps)


@settings(max_examples=300)
@given(OPTIONS, worlds.STEPS, st.integers(0, 9))
def test_following_a_history_and_building_from_scratch_come_to_the_same(
    options: CompilerOptions, steps: list[Any], seed: int
) -> None:
    inventory, before = Inventory(), None
    for changes, now in steps:
        ahead = Ahead(options.policies)
        ahead.read(Partial(ingresses=inventory.ingresses, secrets=inventory.secrets))
        inventory = worlds.changed(inventory, changes)
        scratch = build_snapshot(
            shuffled(inventory, seed), options, now=now, previous=without_memo(before)
        )
        build = build_snapshot(inventory, options, now=now, previous=before, ahead=ahead)
        assert build.verdicts == scratch.verdicts
        assert encode_snapshot(build.snapshot) == encode_snapshot(scratch.snapshot)
        assert build.turns_at <= scratch.turns_at
        if before:
            shares_what_is_equal(before.snapshot, build.snapshot)
        before = build


def shares_what_is_equal(before: Snapshot, after: Snapshot) -> None:
    for kind in ("hosts", "backends", "certificates", "server_names"):
        old, new = getattr(before, kind), getattr(after, kind)
        assert (old is new) == (old == new)
        for key in old.keys() & new.keys():
            assert (old[key] is new[key]) == (old[key] == new[key])


@settings(max_examples=50)
@given(worlds.STEPS)
def test_nothing_changes_when_nothing_changed(steps: list[Any]) -> None:
    inventory = worlds.changed(Inventory(), [change for changes, _ in steps for change in changes])
    before = build_snapshot(inventory, ANY, now=NOW)
    after = build_snapshot(structs.replace(inventory), ANY, now=NOW, previous=before)
    assert after.verdicts is before.verdicts
    for kind in ("hosts", "backends", "certificates", "server_names"):
        assert getattr(after.snapshot, kind) is getattr(before.snapshot, kind)


def test_endpoint_churn_touches_backends_alone() -> None:
    inventory = worlds.changed(Inventory(), BASE)
    before = build_snapshot(inventory, ANY, now=NOW)
    churned = worlds.changed(inventory, [("endpoint_slices", KEY, slice_of("10.0.0.2"))])
    after = build_snapshot(churned, ANY, now=NOW, previous=before)
    delta = diff(before.snapshot, after.snapshot)
    assert list(delta.backends.changed) == ["default/a:80"]
    assert after.snapshot.hosts is before.snapshot.hosts
    assert after.snapshot.server_names is before.snapshot.server_names


def test_a_changed_secret_touches_certificates_alone() -> None:
    inventory = worlds.changed(Inventory(), BASE)
    before = build_snapshot(inventory, ANY, now=NOW)
    renewed = worlds.changed(inventory, [("secrets", KEY, secret_of("www-newer"))])
    after = build_snapshot(renewed, ANY, now=NOW, previous=before)
    delta = diff(before.snapshot, after.snapshot)
    assert list(delta.certificates.changed) == ["default/a"]
    assert [delta.hosts.changed, delta.backends.changed, delta.server_names.changed] == [{}] * 3
    assert after.snapshot.hosts is before.snapshot.hosts


def test_other_options_are_a_build_from_scratch_that_keeps_the_last_good_certificates() -> None:
    before = build_snapshot(worlds.changed(Inventory(), BASE), ANY, now=NOW)
    broken = worlds.changed(
        before.memo.inventory, [("secrets", KEY, worlds.read(worlds.Secret, {"metadata": META}))]
    )
    options = structs.replace(ANY, default_backend=BackendRef("default", "a", 80))
    after = build_snapshot(broken, options, now=NOW, previous=before)
    assert after.snapshot.certificates == before.snapshot.certificates
    assert after.snapshot.default_backend is not None
    assert after.memo.options == options


def test_the_source_has_its_say() -> None:
    said = verdict(
        ObjectRef("File", "", "a.yaml"), Reason.INVALID_YAML, message="line 3", mend="mend it"
    )
    before = build_snapshot(Inventory(verdicts=(said,)), ANY, now=NOW)
    assert before.verdicts == (said,)
    assert build_snapshot(Inventory(), ANY, now=NOW, previous=before).verdicts == ()


def test_a_build_says_when_time_alone_changes_it() -> None:
    inventory = worlds.changed(Inventory(), BASE)
    build = build_snapshot(inventory, ANY, now=NOW)
    (certificate,) = build.snapshot.certificates.values()
    assert build.turns_at == certificate.not_after
    late = build_snapshot(inventory, ANY, now=build.turns_at, previous=build)
    assert [found.reason for found in late.verdicts] == [Reason.CERTIFICATE_EXPIRED]
    assert late.turns_at == float("inf")


KEY = ObjectKey("default", "a")
META = {"name": "a", "namespace": "default"}


def slice_of(address: str) -> worlds.EndpointSlice:
    plain = {
        "metadata": META | {"labels": {"kubernetes.io/service-name": "a"}},
        "ports": [{"port": 8080}],
        "endpoints": [{"addresses": [address]}],
    }
    return worlds.read(worlds.EndpointSlice, plain)


def secret_of(name: str) -> worlds.Secret:
    pair = {"tls.crt": worlds.pem(f"{name}.crt"), "tls.key": worlds.pem(f"{name}.key")}
    return worlds.read(worlds.Secret, {"metadata": META, "stringData": pair})


HOST = "www.gasbugs.com"
BACKEND = {"service": {"name": "a", "port": {"number": 80}}}
RULE = {
    "host": HOST,
    "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": BACKEND}]},
}
SPEC = {"rules": [RULE], "tls": [{"hosts": [HOST], "secretName": "a"}]}
BASE = [
    ("ingresses", KEY, worlds.read(worlds.Ingress, {"metadata": META, "spec": SPEC})),
    (
        "services",
        KEY,
        worlds.read(worlds.Service, {"metadata": META, "spec": {"ports": [{"port": 80}]}}),
    ),
    ("endpoint_slices", KEY, slice_of("10.0.0.1")),
    ("secrets", KEY, secret_of("www")),
]


def test_a_build_says_what_it_was_made_of_and_which_ingresses_are_ours() -> None:
    def of(class_name: str) -> Ingress:
        return worlds.read(
            Ingress, {"metadata": {"name": "x"}, "spec": {"ingressClassName": class_name}}
        )

    ours, foreign = ObjectKey("default", "ours"), ObjectKey("default", "foreign")
    inventory = Inventory(ingresses={ours: of("a"), foreign: of("b")})
    options = CompilerOptions(ingress_classes=("a",), default_certificate=ours)
    build = build_snapshot(inventory, options, now=NOW)
    assert build.inventory is inventory
    assert build.ours.keys() == {ours, FLAGS}


def test_a_status_that_changes_moves_nothing() -> None:
    def of(ip: str) -> Ingress:
        status = {"loadBalancer": {"ingress": [{"ip": ip}]}}
        plain = {"metadata": {"name": "x"}, "spec": {"rules": [{"host": "a.test"}]}}
        return worlds.read(Ingress, {**plain, "status": status})

    key = ObjectKey("default", "x")
    before = build_snapshot(Inventory(ingresses={key: of("192.0.2.1")}), ANY, now=NOW)
    after = build_snapshot(
        Inventory(ingresses={key: of("192.0.2.2")}), ANY, now=NOW, previous=before
    )
    assert after.snapshot.hosts is before.snapshot.hosts
