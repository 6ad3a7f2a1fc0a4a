import pytest

from ingress.model.messages import field_key, known_of, options_of
from ingress.policies.headers import (
    RESPONSE_DROPPED,
    dropped_from,
    request_fields,
    response_fields,
    trailing_headers,
    upgrade_of,
    without_named,
)
from tests.policies.building import head, identity, kept_of, lines, written

OURS = [
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-Proto: http",
    "X-Forwarded-Port: 80",
    "X-Forwarded-Scheme: http",
    "X-Scheme: http",
    "X-Real-IP: 192.0.2.1",
    "X-Request-ID: id-1",
    "X-Forwarded-Host: a.b",
]


def sent(*headers, **fields):
    asked = head("Host: a.b", *headers, trusted=fields.get("trusted", False))
    return written(request_fields(asked, identity(**fields), request_id="id-1"))


def answered(*headers):
    kept = kept_of(*headers, dropped=RESPONSE_DROPPED)
    known = known_of(lines(*headers))
    return written(response_fields(kept, known, options_of(known)))


def test_what_we_say_of_a_stranger():
    assert sent() == ["Host: a.b", *OURS]


def test_order_case_and_duplicates_are_kept():
    headers = ["aCCept: a", "Cookie: a=1", "x-b: 1", "Cookie: b=2", "X-B: 2", "x_odd: 3", "Via: x"]
    assert sent(*headers)[1:8] == headers


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "x-forwarded-port",
        "X-Forwarded-Scheme",
        "X-Scheme",
        "X-Real-IP",
        "X-Original-Forwarded-For",
        "Forwarded",
        "X-Request-ID",
        "X_Real_IP",
        "X_Forwarded_For",
        "x-Forwarded_Host",
    ],
)
def test_a_stranger_says_nothing_of_itself(name):
    assert sent(f"{name}: 6.6.6.6", f"{name}: 7.7.7.7") == ["Host: a.b", *OURS]


def test_a_strangers_forwarded_for_is_kept_under_another_name():
    headers = sent("X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 7.7.7.7", "X-Forwarded-For:")
    assert "X-Original-Forwarded-For: 6.6.6.6, 7.7.7.7" in headers
    assert [line for line in headers if line.startswith("X-Forwarded-For")] == OURS[:1]
    # One that says nothing is not kept at all.
    assert sent("X-Forwarded-For:", "x-forwarded-for: ") == ["Host: a.b", *OURS]


def test_the_rest_of_what_a_trusted_proxy_says_passes():
    told = [
        "Forwarded: for=1.1.1.1",
        "X-Forwarded-Host: public.example",
        "X-Forwarded-Port: 444",
        "X-Forwarded-Scheme: https",
        "x-scheme: https",
        "X-Real-IP: 1.1.1.1",
        "X-Original-Forwarded-For: 6.6.6.6",
    ]
    replaced = ["X-Forwarded-For: 9.9.9.9, 1.1.1.1", "X-Forwarded-Proto: https", "X-Request-ID: x"]
    fields = {"client": "1.1.1.1", "peer": "10.0.0.1", "scheme": "https", "trusted": True}
    assert sent(*told, *replaced, **fields) == [
        "Host: a.b",
        *told,
        "X-Forwarded-For: 9.9.9.9, 1.1.1.1, 10.0.0.1",
        "X-Forwarded-Proto: https",
        "X-Request-ID: id-1",
    ]


def test_what_a_trusted_proxy_does_not_say_we_do():
    assert sent(trusted=True) == ["Host: a.b", *OURS]


@pytest.mark.parametrize(
    "line",
    [
        "Connection: close",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "Proxy-Authorization: Basic x",
        "Proxy-Authenticate: Basic",
        "TE: trailers",
        "Transfer-Encoding: chunked",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQ",
    ],
)
@pytest.mark.parametrize("trusted", [False, True])
def test_hop_by_hop(line, trusted):
    assert sent(line, trusted=trusted) == ["Host: a.b", *OURS]
    assert answered(line, "Server: x") == ["Server: x"]


def test_lines_go_on_as_they_were_written():
    assert sent("X:\ta b \t", "y:", "Z:c")[1:4] == ["X:\ta b \t", "y:", "Z:c"]
    assert answered("X:\ta b \t", "y:", "server:c") == ["X:\ta b \t", "y:", "server:c"]


@pytest.mark.parametrize(
    "dropped", [RESPONSE_DROPPED, dropped_from(trusted=True), dropped_from(trusted=False)]
)
def test_what_is_dropped_means_something_and_so_do_its_doubles(dropped):
    assert "connection" in dropped
    for key in dropped:
        assert field_key(key.encode()) == key
        if key != "content-length":  # in a response, its double is nobody's
            assert key.replace("-", "_") in dropped


def test_more_of_a_stranger_is_dropped():
    more = dropped_from(trusted=False) - dropped_from(trusted=True)
    assert dropped_from(trusted=True) < dropped_from(trusted=False)
    assert {"x-real-ip", "x_real-ip", "forwarded"} < more


@pytest.mark.parametrize("trusted", [False, True])
def test_what_connection_names_is_said_by_us_if_at_all(trusted):
    headers = ["Connection: X-Forwarded-Host, X-Real-IP", "X-Forwarded-Host: c", "X-Real-IP: d"]
    assert sent(*headers, trusted=trusted) == ["Host: a.b", *OURS]


def test_what_connection_names_leaves_a_response():
    headers = ["Connection: x-mine, server", "X-Mine: 1", "Server: x", "X-Mined: 2"]
    assert answered(*headers) == ["X-Mined: 2"]


def test_where_connection_names_nothing_all_is_kept():
    for known in ({}, known_of(lines("Connection: close, Keep-Alive"))):
        kept = b"close: 1\r\nX: 2\r\n"
        assert without_named(kept, options_of(known)) == kept


def test_what_connection_names():
    headers = ["Connection: keep-alive, X-Mine", "x-mine: 1", "X-Yours: 2", "connection: x-more"]
    assert sent(*headers, "X-More: 3") == ["Host: a.b", "X-Yours: 2", *OURS]


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-For", "X-Real-IP", "x-request-id"])
@pytest.mark.parametrize("trusted", [False, True])
def test_connection_cannot_take_away_what_we_say(name, trusted):
    assert sent(f"Connection: close, {name}", trusted=trusted) == ["Host: a.b", *OURS]


def test_connection_cannot_take_away_a_length():
    options = options_of(known_of(lines("Connection: Content-Length, X")))
    assert without_named(b"Content-Length: 5\r\nX: 1\r\n", options) == b"Content-Length: 5\r\n"


def test_the_framing_is_left_to_whoever_writes_the_request():
    assert sent("Content-Length: 5", "transfer-encoding: chunked", "Expect: 100-continue") == sent()


def test_without_a_host_an_empty_one_is_sent():
    bare = head("Accept: a", host="", version=(1, 0))
    fields = request_fields(bare, identity(), request_id="id-1")
    assert written(fields) == ["Host: ", "Accept: a", *OURS[:-1]]


def test_forwarded_host_is_the_authority_as_sent():
    asked = head("Host: A.b:8080", authority="A.b:8080")
    for said in (identity(), identity(trusted=True)):
        fields = request_fields(asked, said, request_id="id-1")
        assert written(fields)[-1] == "X-Forwarded-Host: A.b:8080"


def test_response():
    headers = ["Set-Cookie: a=1", "content-type: text/html", "Set-Cookie: b=2"]
    assert answered(*headers) == [*headers, "Server: aiohttp-ingress"]
    assert answered("server: nginx") == ["server: nginx"]
    assert answered("X-Cach: 1") == ["X-Cach: 1", "Server: aiohttp-ingress"]
    assert answered() == ["Server: aiohttp-ingress"]


def test_a_responses_length_is_left_to_whoever_frames_it():
    assert answered("Content-Length: 5", "Server: x", "X: 1") == ["Server: x", "X: 1"]


@pytest.mark.parametrize(
    ("headers", "asked_for"),
    [
        (["Connection: Upgrade", "Upgrade: websocket"], b"websocket"),
        (["connection: keep-alive, upgrade", "UPGRADE: WebSocket"], b"WebSocket"),
        (["Connection: close", "Connection: upgrade", "Upgrade: a/1, b"], b"a/1, b"),
        (["Connection: upgrade", "Upgrade: a", "Upgrade: b"], b"a, b"),
        (["Connection: upgrade", "Upgrade: h2c"], b""),
        (["Connection: upgrade, HTTP2-Settings", "Upgrade: H2C/1,, websocket"], b"websocket"),
        (["Connection: upgrade"], b""),
        (["Upgrade: websocket"], b""),
        (["Connection: keep-alive", "Upgrade: websocket"], b""),
        ([], b""),
    ],
)
def test_upgrade(headers, asked_for):
    assert upgrade_of(head(*headers)) == asked_for
    assert upgrade_of(head(*headers, version=(1, 0))) == b""


def test_trailers_change_nothing_that_the_head_has_decided():
    kept = [(b"Grpc-Status", b"0"), (b"Server-Timing", b"a")]
    dropped = [(b"Host", b"a"), (b"X_Forwarded_For", b"b"), (b"Set-Cookie", b"c"), (b"TE", b"d")]
    assert trailing_headers([*dropped, *kept]) == kept
