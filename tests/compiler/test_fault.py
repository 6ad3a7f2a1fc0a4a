from ingress.compiler.fault import Fault
from ingress.model.verdict import ObjectRef, Reason, Severity

SUBJECT = ObjectRef("Ingress", "default", "web")


def test_a_fault_takes_its_field_below_that_of_the_part() -> None:
    fault = Fault(Reason.INVALID_PATH, "no path", "write one", ("path",))
    said = fault.about(SUBJECT, "spec", "rules", 0)
    assert said.field == ("spec", "rules", 0, "path")
    assert (said.subject, said.severity) == (SUBJECT, Severity.ERROR)
    assert (said.message, said.mend) == ("no path", "write one")


def test_a_fault_of_a_whole_part_is_where_the_part_is() -> None:
    fault = Fault(Reason.INVALID_HOST, "no host", "write one")
    assert fault.about(SUBJECT, "spec", "tls", 0, "hosts", 1).field[-2:] == ("hosts", 1)
