import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.model.units import format_duration, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("1m30s", 90),
        ("1m500ms", 60.5),
        ("1h2m3s4ms", 3723.004),
        ("2h", 7200),
        ("0s", 0),
    ],
)
def test_duration(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-1s", "1.5s", "1s1m", "1 s", "1S", "1d", "٣s", "1s\n", "9" * 10 + "h"]
)
def test_no_duration(text):
    with pytest.raises(ValueError, match="write 500ms, 30s or 1m30s"):
        parse_duration(text)


@given(st.integers(0, 10**12))
def test_durations_are_written_as_they_are_read(milliseconds):
    assert parse_duration(format_duration(milliseconds / 1000)) == milliseconds / 1000


def test_written_durations():
    assert [format_duration(seconds) for seconds in (0, 0.5, 90, 3600)] == [
        "0s",
        "500ms",
        "1m30s",
        "1h",
    ]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("65536", 65_536),
        ("64Ki", 65_536),
        ("1Mi", 2**20),
        ("2Gi", 2**31),
        ("10737418240", 10 * 2**30),
        ("9" * 18, 10**18 - 1),
    ],
)
def test_size(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "Ki", "-1", "1.5Mi", "1 Mi", "1M", "1mi", "٣", "1\n", "9" * 19, "9" * 10 + "Ki"]
)
def test_no_size(text):
    with pytest.raises(ValueError, match="write 65536, 64Ki or 1Mi"):
        parse_size(text)


def test_sizes_travel_in_64_bits():
    assert parse_size("9" * 9 + "Gi") < 2**63
