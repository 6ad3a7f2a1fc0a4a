import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingress.model.paths import PathError, normalise_path, prefix_of


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"),
        ("/foo", "/foo"),
        ("/foo/", "/foo/"),
        ("/foo//bar", "/foo//bar"),
        ("//", "//"),
        ("/.hidden/..x/...", "/.hidden/..x/..."),
        # triplets
        ("/%7euser", "/~user"),
        ("/%7Euser", "/~user"),
        ("/%41%2d%5f", "/A-_"),
        ("/a%2fb", "/a%2Fb"),
        ("/a%2Fb", "/a%2Fb"),
        ("/%c3%a4", "/%C3%A4"),
        ("/%00", "/%00"),
        ("/%252e", "/%252e"),
        ("/%25%32%65", "/%252e"),
        # what no target can hold
        ("/café", "/caf%C3%A9"),
        ("/a b\t", "/a%20b%09"),
        ("/\ud800", "/%3F"),
        # dots
        ("/.", "/"),
        ("/..", "/"),
        ("/../..", "/"),
        ("/../a", "/a"),
        ("/a/.", "/a/"),
        ("/a/..", "/"),
        ("/a/b/..", "/a/"),
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a//../b", "/a/b"),
        ("/a/../../../b/", "/b/"),
        ("/%2e%2E/a", "/a"),
        ("/a/%2e%2e", "/"),
        ("/a/.%2e/b", "/b"),
        ("/a/..%2fb", "/a/..%2Fb"),
    ],
)
def test_normal_form(path, normal):
    assert normalise_path(path) == normal


@pytest.mark.parametrize("path", ["", "*", "a", "a/b", "http://a.b/", "/%", "/%2", "/%zz", "/a%/b"])
def test_no_normal_form(path):
    with pytest.raises(PathError):
        normalise_path(path)


@pytest.mark.parametrize(
    ("path", "prefix"), [("/", "/"), ("//", "/"), ("/foo", "/foo"), ("/foo/", "/foo"), ("", "/")]
)
def test_prefix(path, prefix):
    assert prefix_of(path) == prefix


def naive(path):
    """One step at a time, as RFC 3986 §6.2.2 and §5.2.4 say it."""
    out = ""
    for piece in re.findall(r"%..|.", path, re.DOTALL):
        if len(piece) == 3:
            plain = unquote(piece)
            out += plain if re.fullmatch(r"[A-Za-z0-9._~-]", plain) else piece.upper()
        else:
            out += piece
    rest, done = out, ""
    while rest:
        if rest.startswith("/./") or rest == "/.":
            rest = "/" + rest[3:]
        elif rest.startswith("/../") or rest == "/..":
            rest = "/" + rest[4:]
            done = done[: max(done.rfind("/"), 0)]
        else:
            end = rest.find("/", 1)
            end = len(rest) if end < 0 else end
            done, rest = done + rest[:end], rest[end:]
    return done


pieces = st.sampled_from(["/", ".", "..", "a", "%2e", "%2F", "%41", "%25", "~", "%c3", "/./", "//"])
paths = st.lists(pieces).map(lambda parts: "/" + "".join(parts))


@given(paths)
def test_agrees_with_the_naive_model(path):
    assert normalise_path(path) == naive(path)


@given(st.one_of(paths, st.text().map("/{}".format)))
def test_what_is_normal_stays(path):
    try:
        normal = normalise_path(path)
    except PathError:
        return
    assert normalise_path(normal) == normal
    assert re.fullmatch(r"[\x21-\x7e]+", normal)
