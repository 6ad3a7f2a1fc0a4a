import json
import os
import subprocess
import sys

import pytest

from ingress.worker.output import PIECE, SharedOutput, make_turnstile, pieces_of

WRITER = """
import json, sys
from ingress.worker.output import SharedOutput
name, turnstile, batches = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
output = SharedOutput(1, turnstile=turnstile)
number = 0
for batch in range(batches):
    lines = []
    for _ in range(40):
        size = 20_000 if number % 97 == 0 else number % 700
        lines.append(json.dumps([name, number, "x" * size]) + "\\n")
        number += 1
    output.write("".join(lines).encode())
"""


@pytest.fixture
def turnstile():
    descriptor = make_turnstile()
    yield descriptor
    os.close(descriptor)


def writer(name: str, *, turnstile: int, batches: int, to: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, name, str(turnstile), str(batches)]
    return subprocess.Popen(command, stdout=to, pass_fds=[turnstile])


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_lines_of_many_processes_stay_whole_however_long(turnstile, kind, tmp_path):
    if kind == "pipe":
        reading, writing = os.pipe()
    else:
        writing = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
        reading = os.open(tmp_path / "log", os.O_RDONLY)
    names = ("a", "b", "c")
    writers = [writer(name, turnstile=turnstile, batches=50, to=writing) for name in names]
    os.close(writing)
    if kind == "file":
        assert [each.wait(60) for each in writers] == [0, 0, 0]
    with os.fdopen(reading, "rb") as log:
        records = [json.loads(line) for line in log]
    assert [each.wait(60) for each in writers] == [0, 0, 0]
    for name in names:
        assert [number for by, number, _ in records if by == name] == list(range(2000))


def test_a_writer_that_is_killed_leaves_no_half_line_and_an_open_turnstile(turnstile):
    reading, writing = os.pipe()
    killed = writer("killed", turnstile=turnstile, batches=10_000, to=writing)
    with os.fdopen(reading, "rb") as log:
        assert log.readline()
        killed.kill()
        killed.wait(60)
        after = writer("after", turnstile=turnstile, batches=2, to=writing)
        os.close(writing)
        # A line that no pipe takes at once may be cut, and then runs into the next.
        records = [json.loads(line) for line in log if len(line) <= PIECE]
    assert after.wait(60) == 0
    numbers = [number for by, number, _ in records if by == "after"]
    assert numbers == [number for number in range(80) if number % 97]


def test_pieces_are_whole_lines_that_a_pipe_takes_at_once():
    lines = [b"%d %s\n" % (number, b"x" * (number % 900)) for number in range(400)]
    lines.insert(200, b"y" * (3 * PIECE) + b"\n")
    pieces = list(pieces_of(b"".join(lines)))
    assert b"".join(pieces) == b"".join(lines)
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert [piece for piece in pieces if len(piece) > PIECE] == [lines[200]]
    assert len(pieces) < len(lines) / 5


def test_where_nobody_reads_it_says_so(turnstile):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(BrokenPipeError):
            SharedOutput(writing, turnstile=turnstile).write(b"line\n")
    finally:
        os.close(writing)
