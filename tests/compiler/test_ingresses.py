from typing import Any

from msgspec import structs

from ingress.compiler.ahead import Ahead
from ingress.compiler.claims import NOTHING
from ingress.compiler.ingresses import FLAGS, Ingresses, flags
from ingress.compiler.ledger import Findings
from ingress.compiler.step import Step
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.objects import Ingress, IngressClass
from ingress.model.policies import Policies
from ingress.model.snapshot import BackendRef
from ingress.settings import CONTROLLER, CompilerOptions
from tests.compiler.worlds import read

A, B = ObjectKey("default", "a"), ObjectKey("default", "b")
SERVICE, SECRET = ObjectKey("default", "spare"), ObjectKey("default", "www")
BACKEND = {"service": {"name": "web", "port": {"number": 80}}}


def ingress(class_name: str) -> Ingress:
    spec = {"ingressClassName": class_name, "defaultBackend": BACKEND}
    return read(Ingress, {"metadata": {"name": "x"}, "spec": spec})


def classes(controller: str) -> dict[ObjectKey, IngressClass]:
    plain = {"metadata": {"name": "ours"}, "spec": {"controller": controller}}
    return {ObjectKey("", "ours"): read(IngressClass, plain)}


WORLD = Inventory(
    ingresses={A: ingress("ours"), B: ingress("nginx")}, ingress_classes=classes(CONTROLLER)
)


def step(before: Inventory, after: Inventory, **options: Any) -> Step:
    return Step(before, after, CompilerOptions(**options), 0, EMPTY, Findings(), Ahead(Policies()))


def test_only_ours_move_and_the_others_are_read_in_case() -> None:
    found, moves = Ingresses().after(step(Inventory(), WORLD))
    assert found.read.keys() == {A, B}
    assert found.owned.keys() == {A, FLAGS}
    assert {move.key for move in moves} == {A, FLAGS}
    assert all(move.old is NOTHING for move in moves)


def test_where_nothing_changed_nothing_moves() -> None:
    found, _ = Ingresses().after(step(Inventory(), WORLD))
    again, moves = found.after(step(WORLD, structs.replace(WORLD)))
    assert moves == ()
    assert (again.read is found.read, again.owned is found.owned) == (True, True)


def test_a_class_that_changes_hands_takes_its_ingresses_along_unread() -> None:
    found, _ = Ingresses().after(step(Inventory(), WORLD))
    lost = structs.replace(WORLD, ingress_classes=classes("example.com/other"))
    now = step(WORLD, lost)
    after, (move,) = found.after(now)
    assert (move.key, move.old, move.new) == (A, found.owned[A], NOTHING)
    assert after.read is found.read
    assert now.findings.keys() == {("ingress", A), ("ingress", B)}
    back, (move,) = after.after(step(lost, WORLD))
    assert move.new is found.owned[A] is back.owned[A]


def test_an_ingress_that_went_moves_to_nothing_and_what_was_said_is_taken_back() -> None:
    found, _ = Ingresses().after(step(Inventory(), WORLD))
    now = step(WORLD, structs.replace(WORLD, ingresses={B: WORLD.ingresses[B]}))
    after, (move,) = found.after(now)
    assert (move.key, move.new) == (A, NOTHING)
    assert now.findings == {("ingress", A): ()}
    assert after.read.keys() == {B}


def test_the_flags_ask_like_one_more_ingress() -> None:
    ref = BackendRef("default", "spare", 80)
    asked = flags(CompilerOptions(default_backend=ref, default_certificate=SECRET))
    assert list(asked.services) == [SERVICE]
    assert list(asked.services[SERVICE]) == [ref]
    assert list(asked.secrets) == [SECRET]
    assert flags(CompilerOptions()) == NOTHING
