"""Slices that lead to the stand-ins."""

from ingress.model.inventory import Inventory, ObjectKey
from ingress.standins.plan import Listener, PlannedPod
from ingress.standins.slices import with_stand_ins

KEY = ObjectKey("default", "web")


def test_a_slice_for_each_pod() -> None:
    pods = [PlannedPod(KEY, name, (("http", 80), ("more", 81))) for name in ("a", "b")]
    listening = {Listener(KEY, "a", 80): 1001, Listener(KEY, "b", 80): 1002}
    made = with_stand_ins(Inventory(), pods, listening).endpoint_slices
    assert set(made) == {ObjectKey("default", "web.a"), ObjectKey("default", "web.b")}
    found = made[ObjectKey("default", "web.a")]
    assert found.metadata.labels == {"kubernetes.io/service-name": "web"}
    assert [(port.name, port.port) for port in found.ports or ()] == [("http", 1001)]
    (endpoint,) = found.endpoints or ()
    assert endpoint.addresses == ("127.0.0.1",)
    assert endpoint.target_ref is not None
    assert endpoint.target_ref.name == "a"
