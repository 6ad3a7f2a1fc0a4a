import pytest

from scripts.report import report


def test_findings_end_the_program_with_1(capsys):
    with pytest.raises(SystemExit) as end:
        report(iter(["a.py: bad"]), "9 modules")
    assert end.value.code == 1
    assert capsys.readouterr() == ("9 modules\n", "a.py: bad\n")


def test_no_finding_is_success(capsys):
    with pytest.raises(SystemExit) as end:
        report(iter([]))
    assert end.value.code == 0
    assert capsys.readouterr() == ("", "")
