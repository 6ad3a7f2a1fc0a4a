import io
import json
import os
import threading

import pytest
from proxy.records import recorded

from ingress.proxy.accesslog import BATCH, AccessLogWriter, Line, as_combined_lines, as_json_lines

EVIL = 'a"\\\r\nb\x00\x1b[2J\x7f\x85\xe9\u2028'


def record(**fields):
    made = {
        "at": "2023-11-14T22:13:20.000Z",
        "request_id": "id",
        "client": "192.0.2.1",
        "scheme": "http",
        "method": "GET",
        "host": "a.test",
        "target": "/a?b",
        "status": 200,
        "bytes_out": 5,
    }
    return recorded(**made | fields)


def test_combined_is_what_log_readers_know():
    line = as_combined_lines([record(referer="http://b.test/", user_agent="curl/8")])
    assert line == (
        b'192.0.2.1 - - [14/Nov/2023:22:13:20 +0000] "GET /a?b HTTP/1.1" 200 5 '
        b'"http://b.test/" "curl/8"\n'
    )


def test_combined_says_nothing_with_a_hyphen():
    silent = recorded(
        at="1970-01-01T00:00:00.000Z", request_id="", client="", scheme="http", status=400
    )
    assert (
        as_combined_lines([silent])
        == b'- - - [01/Jan/1970:00:00:00 +0000] "- - HTTP/1.1" 400 - "-" "-"\n'
    )


def test_json_has_every_field():
    line = as_json_lines([record(upstream_duration=0.5, failed_tries=("upstream-refused",))])
    fields = json.loads(line)
    assert set(fields) == set(Line.__struct_fields__)
    assert fields["upstream_duration"] == 0.5
    assert fields["failed_tries"] == ["upstream-refused"]


@pytest.mark.parametrize("form", [as_json_lines, as_combined_lines])
@pytest.mark.parametrize(
    "field", ["target", "host", "referer", "user_agent", "client", "request_id"]
)
def test_nothing_that_a_client_sends_can_break_out_of_its_field(form, field):
    line = form([record(**{field: EVIL})]).decode()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert all(character.isprintable() for character in line[:-1])
    if form is as_json_lines:
        assert json.loads(line)[field] == EVIL
    else:
        assert line.replace('\\"', "").count('"') == 6


@pytest.mark.parametrize("form", [as_json_lines, as_combined_lines])
def test_one_record_is_one_line(form):
    records = [record(), record(target=EVIL), record(status=404)]
    assert form(records) == b"".join(form([each]) for each in records)
    assert form(records).count(b"\n") == 3
    assert form([]) == b""


@pytest.mark.parametrize("count", [1, 100, 2 * BATCH + 1])
def test_lines_are_written_in_batches_and_at_the_end(count):
    stream = io.BytesIO()
    writer = AccessLogWriter("combined", stream)
    for _ in range(count):
        writer.add(record())
    writer.close()
    assert stream.getvalue() == as_combined_lines([record()]) * count


def test_off_writes_nothing():
    stream = io.BytesIO()
    writer = AccessLogWriter("off", stream)
    writer.add(record())
    writer.close()
    assert stream.getvalue() == b""


def test_a_reader_that_does_not_read_holds_nobody_up():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as stream:
        writer = AccessLogWriter("json", stream)
        for _ in range(2000):
            writer.add(record(user_agent="x" * 200))
        writer.close(timeout=0.3)
        assert any(thread.name == "access log" for thread in threading.enumerate())
        # Whoever reads the log comes back, so the thread can end.
        with os.fdopen(reading, "rb", buffering=0) as reader:
            lines = 0
            while lines < 2000:
                lines += reader.read(65_536).count(b"\n")
            for thread in threading.enumerate():
                if thread.name == "access log":
                    thread.join()


def test_a_reader_that_is_gone_costs_lines_and_nothing_else():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream:
        writer = AccessLogWriter("json", stream)
        writer.add(record())
        writer.close()
        assert writer.dropped == 1


def test_clients_that_say_much_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("ingress.proxy.accesslog.FLUSH_SECONDS", 60)
    monkeypatch.setattr("ingress.proxy.accesslog.UNWEIGHED", 2)
    monkeypatch.setattr("ingress.proxy.accesslog.MAX_WAITING_TEXT", 2_500)
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as stream, os.fdopen(reading, "rb") as reader:
        writer = AccessLogWriter("json", stream)
        for said in ("target", "user_agent", "referer", "method", "target", "target"):
            writer.add(record(**{said: "x" * 1000}))
        writer.add(record(target="/again"))  # what is dropped counts, too, until the log is read
        writer.close()
        stream.close()
        assert (reader.read().count(b"\n"), writer.dropped) == (4, 3)
        writer = AccessLogWriter("json", io.BytesIO())
        writer.add(record(target="/" * 3000))
        writer.close()
        assert writer.dropped == 0


def test_lines_beyond_the_bound_are_dropped_and_counted(monkeypatch):
    monkeypatch.setattr("ingress.proxy.accesslog.MAX_WAITING_LINES", 1)
    stream = io.BytesIO()
    writer = AccessLogWriter("json", stream)
    for _ in range(3):
        writer.add(record())
    writer.close()
    assert stream.getvalue().count(b"\n") + writer.dropped == 3
    assert writer.dropped
