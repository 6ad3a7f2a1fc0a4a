import logging

from ingress.control.cluster.complaints import Complaints


def test_each_failure_is_said_once_and_its_end_too(caplog):
    caplog.set_level(logging.INFO)
    complaints = Complaints(logging.getLogger("test"), "the thing")
    complaints.none()
    for error in (OSError("gone"), OSError("gone"), OSError("refused"), TimeoutError()):
        complaints.about(error)
    complaints.none()
    complaints.none()
    assert [record.getMessage() for record in caplog.records] == [
        "the thing: gone (it is tried again; serving goes on)",
        "the thing: refused (it is tried again; serving goes on)",
        "the thing: TimeoutError (it is tried again; serving goes on)",
        "the thing: it works again",
    ]
