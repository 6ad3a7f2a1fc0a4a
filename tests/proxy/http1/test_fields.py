"""What a head must look like, for both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proxy.http1.heads import parts

from ingress.model.paths import normalise_path
from ingress.proxy.http1.fields import MAX_NAMES, Sieve, read_head, read_request_line

START = b"GET / HTTP/1.1\r\n"
ALL = Sieve()


def read(fields, **sieve):
    """Return what is read of a head, which what follows it changes nothing of."""
    head = START + fields + b"\r\n"
    found = parts(read_head(head + b"body\r\n\r\n", Sieve(**sieve)))
    assert found == parts(read_head(head, Sieve(**sieve)))
    if found is not None:
        assert found[4] == len(head)
    return found and found[:4]


def test_lines_are_kept_as_they_were_written():
    fields = (
        b"SeT-Cookie:a\r\nX: \tb c\t \r\nset-cookie: \xff:\r\ny:\r\nX_odd!#$%&'*+-.^_`|~0: 1\r\n"
    )
    assert read(fields) == (START[:-2], 5, fields, {})


def test_a_head_may_be_its_first_line_alone():
    assert read(b"") == (START[:-2], 0, b"", {})


def test_what_means_something_is_known_without_the_white_space_around_it():
    _, count, _, known = read(b"hOsT:\t a \t\r\nX: y\r\nX_Real-IP:\r\nHOST: b\tc \r\n")
    assert (count, known) == (4, {"host": [b"a", b"b\tc"], "x_real-ip": [b""]})


@pytest.mark.parametrize(
    ("dropped", "kept"),
    [
        ({"te"}, b"A: 1\r\nHost: h\r\nB:2 \r\n"),
        ({"te", "host"}, b"A: 1\r\nB:2 \r\n"),
        ({"host"}, b"tE: x\r\nA: 1\r\nB:2 \r\nTE: y\r\n"),
        ({"server"}, b"tE: x\r\nA: 1\r\nHost: h\r\nB:2 \r\nTE: y\r\n"),
    ],
)
def test_what_is_dropped_is_counted_and_known_and_does_not_go_on(dropped, kept):
    fields = b"tE: x\r\nA: 1\r\nHost: h\r\nB:2 \r\nTE: y\r\n"
    known = {"te": [b"x", b"y"], "host": [b"h"]}
    assert read(fields, dropped=dropped) == (START[:-2], 5, kept, known)


def test_what_is_not_wanted_goes_on_and_is_not_told():
    fields = b"TE: x\r\nHost: h\r\n"
    known = {"host": [b"h"]}
    assert read(fields, wanted={"host"}) == (START[:-2], 2, fields, known)
    assert read(fields, wanted={"host"}, dropped={"te"})[2:] == (b"Host: h\r\n", known)


def test_of_what_is_noted_only_is_known_that_it_is_there():
    fields = b"Date: x\r\nTE: y\r\nDate: z\r\n"
    known = {"date": [], "te": [b"y"]}
    assert read(fields, wanted={"te"}, noted={"date"}) == (START[:-2], 3, fields, known)


def test_a_head_that_is_not_whole_is_not_read():
    whole = START + b"Host: a\r\nX: y\r\n\r\n"
    assert [size for size in range(len(whole) + 1) if read_head(whole[:size], ALL)] == [len(whole)]


def test_where_all_is_dropped_nothing_goes_on():
    assert read(b"TE: x\r\n", dropped={"te"}) == (START[:-2], 1, b"", {"te": [b"x"]})


@pytest.mark.parametrize(
    "line",
    [
        b"A",
        b": b",
        b":",
        b"A : b",
        b"A\t: b",
        b" A: b",
        b"\tA: b",
        b" folded",
        b"A b: c",
        b"A(: b",
        b"A\xe9: b",
        b'"A": b',
        b"A;b: c",
        b"A,B: c",
        b"Host",
        b"A\0: b",
    ],
)
def test_a_line_that_does_not_begin_with_a_name_and_a_colon(line):
    for fields in (line + b"\r\n", b"A: b\r\n" + line + b"\r\nC: d\r\n"):
        # The second time, names have been met before.
        assert [read(fields), read(fields)] == [None, None]


@pytest.mark.parametrize("control", [*(bytes((c,)) for c in range(32) if c != 9), b"\x7f"])
def test_a_control_character_anywhere(control):
    whole = START + b"Host: ab\r\nX: y\r\n"
    assert read_head(whole + b"\r\n", ALL)
    for at in range(len(whole) + 1):
        # What stands behind the last line's end is for the caller, who finds the head's end.
        broken = whole[:at] + control + whole[at:]
        assert read_head(broken + b"\r\n", ALL) is None


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\n\r", b"\r\r\n", b"\r\n\n", b"\n\n", b"\r\r"])
def test_a_line_end_that_is_none(end):
    for head in (
        START[:-2] + end + b"A: b\r\nC: d\r\n\r\n",
        START + b"A: b" + end + b"C: d\r\n\r\n",
        START + b"A: b\r\nC: d" + end + b"\r\n\r\n",
    ):
        assert read_head(head, ALL) is None


def test_long_names_are_read_like_others():
    name = b"N" * 5000
    for _ in range(2):
        assert read(name + b": b\r\n") == (START[:-2], 1, name + b": b\r\n", {})
        assert read(name + b" : b\r\n") is None


def test_names_are_forgotten_and_learnt_anew():
    for number in range(2 * MAX_NAMES + 1):
        line = b"N-%d: x\r\n" % number
        assert read(line + b"TE: y\r\n", dropped={"te"})[2:] == (line, {"te": [b"y"]})
    assert read(b"Host: a\r\nN-0: b\r\n")[3] == {"host": [b"a"]}


@given(
    lines=st.lists(
        st.one_of(
            st.sampled_from([b"Host: a", b"TE: b", b" c", b"X: \xff", b"X:", b"d"]),
            st.binary(max_size=12),
        ),
        max_size=6,
    ),
    dropped=st.sets(st.sampled_from(["te", "host"])),
)
def test_what_is_read_begins_no_line_of_its_own(lines, dropped):
    whole = b"\r\n".join([START[:-2], *lines, b"", b""])
    head = read_head(whole, Sieve(dropped=dropped))
    if head is None:
        return
    start, count, kept, known, size, repeated = parts(head)
    assert repeated == any(len(values) > 1 for values in known.values())
    lines = whole[:size].split(b"\r\n")[1:-2]
    written = kept.split(b"\r\n")
    assert written.pop() == b""
    assert (start, count) == (START[:-2], len(lines))
    assert written == [
        line for line in lines if line.partition(b":")[0].lower().decode("latin-1") not in dropped
    ]
    for text in (*written, *(value for values in known.values() for value in values)):
        assert not set(text) & {*range(9), *range(10, 32), 127}


@given(st.text(st.sampled_from("/.%?a2eE*:"), min_size=1, max_size=12))
def test_a_target_that_is_called_plain_is_a_path_in_its_normal_form(target):
    _, read, _, plain = read_request_line(f"GET {target} HTTP/1.1".encode())
    assert read == target
    if plain:
        assert normalise_path(target) == target
    else:
        assert not target.startswith("/") or set(target) & set("?%.")
