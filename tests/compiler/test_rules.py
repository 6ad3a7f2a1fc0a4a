import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.compiler.fault import Fault
from ingress.compiler.rules import MatchPath, host_fault, read_path
from ingress.model.paths import normalise_path
from ingress.model.snapshot import MatchKind


@pytest.mark.parametrize(
    ("host", "mend"),
    [
        ("Example.COM", "write example.com"),
        ("example.com.", "write example.com"),
        ("example.com:443", "write example.com"),
        (" example.com", "write example.com"),
        ("*", "leave host out: such a rule takes every host"),
        ("10.0.0.1", "write a DNS name such as www.example.com or *.example.com"),
        ("a.*.com", "write a DNS name such as www.example.com or *.example.com"),
    ],
)
def test_a_wrong_host_brings_its_mend(host: str, mend: str) -> None:
    fault = host_fault(host)
    assert fault
    assert fault.mend == mend


@pytest.mark.parametrize("host", ["example.com", "*.example.com", "localhost", "a-1.b"])
def test_a_right_host_brings_nothing(host: str) -> None:
    assert host_fault(host) is None


def test_white_space_is_mended_as_a_triplet() -> None:
    fault = read_path("/a b", "Prefix")
    assert isinstance(fault, Fault)
    assert fault.mend == "write %20 for it"


@given(st.text(), st.sampled_from(["Prefix", "Exact", "ImplementationSpecific"]))
def test_a_path_has_a_normal_form_or_a_fault(path: str, path_type: str) -> None:
    found = read_path(path, path_type)
    if isinstance(found, MatchPath):
        assert normalise_path(found.path) == found.path
        assert found.path.isascii()
        assert found.kind is (MatchKind.EXACT if path_type == "Exact" else MatchKind.PREFIX)
    else:
        assert found.message
        assert found.mend
