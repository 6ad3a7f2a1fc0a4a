"""What is said about a cluster; tests/cluster has the commands before a real API server."""

import logging

import pytest

from ingress.cli.configuration import configure
from ingress.cli.reporting import MOST_TOLD, announce, tell, writer
from ingress.control.listening import ListenError
from ingress.control.reporter import Change
from ingress.control.supervisor import Serving
from ingress.model.snapshot import Snapshot
from ingress.model.verdict import ObjectRef, Reason, verdict
from ingress.settings import ListenAddress

WEB = ObjectRef("Service", "a", "b")
MISSING = verdict(WEB, Reason.SERVICE_MISSING, message="not there", mend="make it")


@pytest.fixture(autouse=True)
def informed(caplog):
    caplog.set_level(logging.INFO)


def test_what_is_served_is_said_once(caplog):
    listeners = {"http": [ListenAddress("0.0.0.0", 80), ListenAddress("::", 80)], "admin": []}
    announce(Serving(listeners, Snapshot(), (MISSING,)))
    assert [record.message for record in caplog.records] == [
        "serving 0 hosts with 0 certificates on http 0.0.0.0:80, http [::]:80",
        "ServiceMissing of Service a/b: not there; mend: make it",
    ]
    assert caplog.records[1].levelno == logging.ERROR


def test_verdicts_are_told_and_a_flood_of_them_is_counted(caplog):
    many = tuple(
        verdict(ObjectRef("Service", "a", f"s{n}"), Reason.SERVICE_MISSING, message="m", mend="d")
        for n in range(MOST_TOLD + 3)
    )
    tell(Change(new=many, gone=(MISSING,)))
    said = [record.message for record in caplog.records]
    assert len(said) == MOST_TOLD + 2
    assert said[-2].startswith("3 more verdicts")
    assert said[-1] == "mended: ServiceMissing of Service a/b"


def test_admission_listens_before_anything_is_written():
    flags = {"admission": ["127.0.0.1:0"], "kubeconfig": "/nowhere"}
    with writer(configure(flags, {})) as companion:
        assert companion.run
    with (
        pytest.raises(ListenError, match="--admission"),
        writer(configure(flags | {"admission": ["192.0.2.1:0"]}, {})),
    ):
        pytest.fail("there is no such address here")
