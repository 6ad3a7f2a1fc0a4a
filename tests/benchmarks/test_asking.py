import pytest

from benchmarks.asking import Answer, complaint
from benchmarks.scenarios import SCENARIOS
from benchmarks.sites import SECURE


def answer(status=200, *, location="", body=b""):
    return Answer(status=status, location=location, body=body)


RIGHT = {
    "keep-alive": answer(body=b"x" * 1024),
    "upload": answer(body=b"uploaded 1048900"),
    "not-found": answer(404, body=b"whatever it says"),
    "redirect": answer(308, location=f"https://{SECURE[-1]}:8443/1k"),
}
WRONG = {
    "keep-alive": answer(body=b"x" * 1023),
    "upload": answer(body=b"uploaded 1048"),
    "not-found": answer(200),
    "redirect": answer(308, location="https://elsewhere.test/1k"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes_and_what_is_wrong_is_told(name):
    assert complaint(SCENARIOS[name], RIGHT[name]) == ""
    assert complaint(SCENARIOS[name], WRONG[name])
    assert complaint(SCENARIOS[name], answer(502)) != ""
