import pytest

from benchmarks.load import read, script_of
from benchmarks.scenarios import BROWSER, SCENARIOS


def test_what_is_no_summary_is_shown():
    with pytest.raises(RuntimeError, match="unable to connect"):
        read("unable to connect to localhost:1 Connection refused\n")


def test_every_script_names_its_hosts_and_headers():
    script = script_of(SCENARIOS["browser"])
    assert len(BROWSER) == 19, "and Host is the twentieth"
    assert '["sec-ch-ua-platform"] = "\\"Linux\\""' in script
    assert '"host-0000.example.com", ' in script
    assert "local body = nil" in script


def test_an_upload_has_its_body_and_a_404_is_no_error():
    assert 'string.rep("x", 1048576)' in script_of(SCENARIOS["upload"])
    assert "wrong = true and" in script_of(SCENARIOS["not-found"])
    assert "wrong = false and" in script_of(SCENARIOS["keep-alive"])
