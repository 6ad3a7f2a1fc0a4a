from ingress.model.snapshot import Snapshot
from ingress.proxy.metrics import Metrics
from ingress.proxy.room import REMIND, Room


def test_whoever_is_served_or_arriving_takes_a_place():
    metrics = Metrics()
    room = Room(3, metrics)
    metrics.connections = 2
    assert not room.full
    room.arriving = ["a handshake"]
    assert room.full


def test_without_a_bound_there_is_always_room():
    metrics = Metrics()
    metrics.connections = 10**6
    assert not Room(0, metrics).full


def test_those_who_are_turned_away_are_counted_and_told_of_together(caplog):
    metrics, now = Metrics(), [0.0]
    room = Room(3, metrics, clock=lambda: now[0])
    for _ in range(5):
        room.turn_away()
    assert [record.args for record in caplog.records] == [(3, 1)]
    now[0] += REMIND
    room.turn_away()
    assert [record.args for record in caplog.records] == [(3, 1), (3, 5)]
    assert metrics.counts(Snapshot()).failures == {("", "", "too-many-connections"): 6}
