import pytest

from ingress.control.cluster.refusals import RULINGS, refuses
from ingress.model.verdict import ObjectRef, Reason, Severity, verdict

SUBJECT = ObjectRef("Ingress", "default", "web")


def test_every_reason_is_in_the_table_once():
    assert RULINGS.keys() == set(Reason)
    assert all(ruling.why for ruling in RULINGS.values())


@pytest.mark.parametrize("reason", Reason)
def test_only_errors_of_those_reasons_refuse(reason):
    for severity in Severity:
        found = verdict(SUBJECT, reason, message="m", mend="m", severity=severity)
        assert refuses(found) == (severity is Severity.ERROR and RULINGS[reason].refused)


def test_what_another_object_may_mend_never_refuses():
    words = ("SERVICE", "SECRET", "CERTIFICATE", "CLASS", "CONFLICT", "ENDPOINT")
    others = [it for it in Reason if any(word in it.name for word in words)]
    assert len(others) > 12
    assert not any(RULINGS[reason].refused for reason in others)
