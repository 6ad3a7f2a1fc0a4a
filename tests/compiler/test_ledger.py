from hypothesis import given
from hypothesis import strategies as st

from ingress.compiler.ledger import Ledger
from ingress.model.verdict import ObjectRef, Reason, Verdict, verdict

VERDICTS = st.builds(
    lambda name, index, mend: verdict(
        ObjectRef("Ingress", "default", name),
        Reason.INVALID_PATH,
        message="no path",
        mend=mend,
        field=("spec", "rules", index),
    ),
    st.sampled_from("abc"),
    st.integers(0, 12),
    st.sampled_from("xy"),
)
GROUPS = st.integers(0, 60).map(lambda n: ("host", str(n)))
FINDINGS = st.dictionaries(GROUPS, st.lists(VERDICTS, max_size=3).map(tuple), max_size=3)


@given(st.dictionaries(GROUPS, st.tuples(VERDICTS), max_size=40), st.lists(FINDINGS, max_size=6))
def test_moving_verdicts_one_by_one_and_sorting_them_come_to_the_same(first, rest) -> None:
    ledger, groups = Ledger().after(first), dict(first)
    for findings in rest:
        ledger = ledger.after(findings)
        groups |= findings
        assert ledger.ordered == Ledger().after(groups).ordered


def test_rule_ten_comes_after_rule_two() -> None:
    subject = ObjectRef("Ingress", "default", "a")
    found = [
        verdict(subject, Reason.INVALID_PATH, message="", mend="", field=("spec", "rules", n))
        for n in (10, 2)
    ]
    ledger = Ledger().after({("ingress", "a"): tuple(found)})
    assert [said.field[-1] for said in ledger.ordered] == [2, 10]


def test_one_group_among_many_is_moved_by_itself() -> None:
    def said(group: int, mend: str) -> Verdict:
        subject = ObjectRef("Ingress", "default", f"{group:02}")
        return verdict(subject, Reason.INVALID_PATH, message="no path", mend=mend)

    many = {("host", str(n)): (said(n, "old"),) for n in range(20)}
    ledger = Ledger().after(many).after({("host", "7"): (said(7, "new"), said(3, "new"))})
    assert [(it.subject.name, it.mend) for it in ledger.ordered[2:9]] == [
        ("02", "old"),
        ("03", "new"),
        ("03", "old"),
        ("04", "old"),
        ("05", "old"),
        ("06", "old"),
        ("07", "new"),
    ]
    assert len(ledger.ordered) == 21


def test_nothing_new_is_the_same_ledger() -> None:
    ledger = Ledger()
    assert ledger.after({("ingress", "a"): ()}) is ledger
