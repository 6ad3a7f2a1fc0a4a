import pytest

from ingress.proxy.record import AccessRecord, Recorder, moment


def test_everybody_who_listens_is_told():
    class Listener:
        def __init__(self):
            self.records = []

        def add(self, record):
            self.records.append(record)

    first, second = Listener(), Listener()
    recorder = Recorder(first, second, clock=lambda: 5.0)
    record = AccessRecord(at=recorder.now(), request_id="i", client="c", scheme="http")
    recorder.add(record)
    assert first.records == second.records == [record]
    assert record.at == "1970-01-01T00:00:05.000Z"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1_700_000_000_000, "2023-11-14T22:13:20.000Z"),
        (1_700_000_000_025, "2023-11-14T22:13:20.025Z"),
        (1_700_000_000_999, "2023-11-14T22:13:20.999Z"),
    ],
)
def test_moments(at, text):
    assert moment(at) == text


def test_a_recorders_moments_go_with_its_clock():
    times = iter([1.0, 1.0009, 1.0259, 1.9999, 1.0])
    recorder = Recorder(clock=lambda: next(times))
    assert [recorder.now()[17:] for _ in range(5)] == [
        "01.000Z",
        "01.000Z",
        "01.025Z",
        "01.999Z",
        "01.000Z",
    ]
