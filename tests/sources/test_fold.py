"""What a source is told, folded into Inventories."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.model.inventory import TABLES, Inventory, ObjectKey
from ingress.model.objects import Service
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.sources.fold import Drop, Event, Put, Say, Swap, fold

A, B, C = ObjectKey("one", "a"), ObjectKey("one", "b"), ObjectKey("two", "c")
BAD = ObjectRef("Service", *A)
SAID = verdict(BAD, Reason.INVALID_OBJECT, message="no", mend="yes")


def service(key: ObjectKey, *, version: str = "1", port: int = 80) -> Service:
    written = {
        "metadata": {"namespace": key.namespace, "name": key.name, "resourceVersion": version},
        "spec": {"ports": [{"port": port}]},
    }
    return msgspec.convert(written, Service)


def put(key: ObjectKey, **fields: Any) -> Put:
    return Put("services", key, service(key, **fields))


def swap(*keys: ObjectKey, namespace: str = "", **fields: Any) -> Swap:
    return Swap("services", {key: service(key, **fields) for key in keys}, namespace)


THREE = fold(Inventory(), [swap(A, B, C)])


def test_nothing_in_place_of_nothing_is_no_change():
    nothing = Inventory()
    assert fold(nothing, [swap(), swap(namespace="one")]) is nothing


def test_objects_come_change_and_go():
    after = fold(THREE, [put(A, port=81), Drop("services", B)])
    assert list(after.services) == [A, C]
    assert after.services[A].spec.ports[0].port == 81
    assert after.services[C] is THREE.services[C]
    assert list(THREE.services) == [A, B, C]
    assert after.ingresses is THREE.ingresses


def test_one_object_passes_through_several_events():
    after = fold(THREE, [Drop("services", A), put(A, port=81), put(A, port=82)])
    assert after.services[A].spec.ports[0].port == 82


@pytest.mark.parametrize(
    "events",
    [
        [],
        [Drop("secrets", A)],
        [put(A, version="2")],
        [swap(A, B, C, version="2")],
        [swap(C, namespace="two", version="2")],
        [Say(BAD, ())],
    ],
)
def test_where_nothing_that_is_read_changed_it_is_the_same_inventory(events):
    assert fold(THREE, events) is THREE


def test_a_list_replaces_what_is_not_in_it():
    after = fold(THREE, [swap(B, C)])
    assert list(after.services) == [B, C]
    assert after.services[B] is THREE.services[B]


def test_a_list_of_one_namespace_leaves_the_others_alone():
    after = fold(THREE, [swap(A, namespace="one")])
    assert list(after.services) == [A, C]


def test_what_is_said_stays_until_the_object_is_well_or_gone():
    said = fold(THREE, [Say(BAD, (SAID,))])
    assert said.verdicts == (SAID,)
    assert said.services is THREE.services
    assert fold(said, [Say(BAD, (SAID,))]) is said
    assert fold(said, [put(B, port=81)]).verdicts == (SAID,)
    for event in (put(A), Drop("services", A), swap(B, C), Say(BAD, ())):
        assert fold(said, [event]).verdicts == ()


KEYS = st.sampled_from([A, B, C, ObjectKey("two", "d")])
PORTS = st.integers(1, 3)
NAMESPACES = st.sampled_from(["", "one", "two"])


@st.composite
def events(draw: Any) -> Event:
    key = draw(KEYS)
    if draw(st.booleans()):
        return put(key, port=draw(PORTS), version=str(draw(st.integers(1, 9))))
    if draw(st.booleans()):
        return Drop("services", key)
    namespace = draw(NAMESPACES)
    keys = draw(st.sets(KEYS))
    inside = [key for key in keys if namespace in {"", key.namespace}]
    return swap(*inside, namespace=namespace, port=draw(PORTS))


def plainly(state: dict[ObjectKey, int], event: Event) -> None:
    """The same, as one would write it without a care for what it costs."""
    match event:
        case Put(_, key, value):
            state[key] = value.spec.ports[0].port
        case Drop(_, key):
            state.pop(key, None)
        case Swap(_, objects, namespace):
            for key in [key for key in state if namespace in {"", key.namespace}]:
                del state[key]
            state.update({key: value.spec.ports[0].port for key, value in objects.items()})


@given(st.lists(st.lists(events(), max_size=4), max_size=6))
def test_any_history_leads_to_its_last_state(history):
    inventory, state = Inventory(), {}
    for batch in history:
        tables = {name: dict(getattr(inventory, name)) for name in TABLES}
        after = fold(inventory, batch)
        for event in batch:
            plainly(state, event)
        assert {key: it.spec.ports[0].port for key, it in after.services.items()} == state
        assert all(getattr(inventory, name) == was for name, was in tables.items())
        for key, value in after.services.items():
            if value == inventory.services.get(key) and len(batch) == 1:
                assert value is inventory.services[key]
        inventory = after


@given(st.lists(events(), max_size=8))
def test_it_matters_not_how_events_are_batched(several):
    one_by_one = Inventory()
    for event in several:
        one_by_one = fold(one_by_one, [event])
    together = fold(Inventory(), several)
    assert ports(together) == ports(one_by_one)


def ports(inventory: Inventory) -> dict[ObjectKey, int]:
    return {key: value.spec.ports[0].port for key, value in inventory.services.items()}
