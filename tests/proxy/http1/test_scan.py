"""The scanner in C says what the one in Python says, for any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proxy.http1.heads import parts
from wire import hostile_requests, requests, responses

from ingress.policies.headers import RESPONSE_DROPPED, dropped_from
from ingress.proxy.http1 import fields

scan = pytest.importorskip(
    "ingress.proxy.http1.scan", reason="the build is interpreted", exc_type=ModuleNotFoundError
)

SIEVES = (
    {
        "wanted": {"connection", "content-length"},
        "noted": {"host"},
        "dropped": RESPONSE_DROPPED,
    },
    {"dropped": dropped_from(trusted=False)},
    {},
)
SENT = [
    *(case.raw for case in (*requests.legal(), *hostile_requests.hostile())),
    *(case.data for case in (*responses.legal(), *responses.hostile())),
]
HEADS = sorted({raw[: raw.index(b"\r\n\r\n") + 4] for raw in SENT if b"\r\n\r\n" in raw})
NAMES = st.sampled_from((b"Host", b"connection", b"X_Real-IP", b"X", b"Content-Length", b"Odd!"))
VALUES = st.binary(max_size=12) | st.sampled_from((b"", b" \ta b \t", b"close", b"\xff"))


def both(head):
    for sieve in SIEVES:
        read = scan.read_head(head, scan.Sieve(**sieve))
        assert parts(read) == parts(fields.read_head(head, fields.Sieve(**sieve)))
    line = head.partition(b"\r\n")[0]
    assert scan.read_request_line(line) == fields.read_request_line(line)


def test_what_is_sent_to_us():
    assert len(HEADS) > 500
    for head in HEADS:
        both(head)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=40), st.binary(max_size=20))
def test_lines(lines, start):
    both(b"\r\n".join([start, *(name + b":" + value for name, value in lines), b"", b""]))


@given(st.sampled_from(HEADS), st.integers(0, 400), st.integers(0, 255), st.integers(0, 2))
def test_one_byte_is_another(head, at, byte, removed):
    at %= max(1, len(head) - 4)
    both(head[:at] + bytes([byte]) + head[at + removed : -4] + b"\r\n\r\n")


@given(st.binary(max_size=30))
def test_any_bytes(data):
    both(data)
    both(data + b"\r\n\r\n")


@given(st.sampled_from(HEADS), st.binary(max_size=8))
def test_whatever_follows_a_head(head, data):
    both(head + data)


def test_a_head_that_is_not_whole():
    for head in HEADS:
        for size in {*range(0, len(head), 7), len(head) - 1}:
            both(head[:size])


def test_more_is_dropped_than_there_is_room_for():
    both(b"GET / HTTP/1.1\r\n" + b"Te: a\r\nA: b\r\n" * 100 + b"\r\n")


def test_a_name_that_is_too_long_to_mean_something():
    both(b"GET / HTTP/1.1\r\n" + b"x" * 100 + b": a\r\n\r\n")
