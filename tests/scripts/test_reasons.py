from ingress.model.verdict import REASONS, Reason
from scripts.reasons import PAGE, page


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "make format writes it anew"


def test_every_reason_has_one_line():
    assert set(REASONS) == set(Reason)
    lines = page().splitlines()
    for reason in Reason:
        assert len([line for line in lines if line.startswith(f"| `{reason}` |")]) == 1
