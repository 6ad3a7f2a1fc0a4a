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
        (1_700_000_000.0, "2023-11-14T22:13:20.000Z"),
        (1_700_000_000.0259, "2023-11-14T22:13:20.025Z"),
        (1_700_000_000.9999, "2023-11-14T22:13:20.999Z"),
    ],
)
def test_moments(at, text):
    assert moment(at) == text
