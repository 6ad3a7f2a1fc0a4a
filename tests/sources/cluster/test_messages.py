"""Lines and pages, good and strange."""

import json

import pytest
from sources.cluster.server import bookmark, event, page, service

from ingress.model.inventory import ObjectKey
from ingress.model.secret import SecretBytes
from ingress.sources.cluster.api import ApiError, ApiUnreachable
from ingress.sources.cluster.kinds import SECRETS, SERVICES
from ingress.sources.cluster.messages import Bookmark, Reader
from ingress.sources.fold import Drop, Put, Say

WEB = ObjectKey("shop", "web")


@pytest.fixture
def reader():
    return Reader(SERVICES)


def line(reader: Reader, message: object):
    return reader.line(json.dumps(message).encode())


@pytest.mark.parametrize("kind", ["ADDED", "MODIFIED"])
def test_an_object_comes(reader, kind):
    match line(reader, event(kind, service("web", "7", port=81))):
        case Put("services", key, value):
            assert key == WEB
            assert value.spec.ports[0].port == 81
        case other:
            pytest.fail(f"{other}")
    assert reader.version == "7"


def test_an_object_goes(reader):
    assert line(reader, event("DELETED", service("web", "8"))) == Drop("services", WEB)
    assert reader.version == "8"
    assert line(reader, event("DELETED", service("web", "9", port="x"))) == Drop("services", WEB)
    assert reader.version == "9"


def test_bookmarks(reader):
    assert line(reader, bookmark("5")) == Bookmark(whole=False)
    assert reader.version == "5"
    assert line(reader, bookmark("6", whole=True)) == Bookmark(whole=True)
    assert reader.version == "6"


def test_an_error_is_raised_and_moves_nothing(reader):
    reader.version = "3"
    status = {"code": 410, "reason": "Expired", "message": "too old", "metadata": {}}
    with pytest.raises(ApiError, match="410 Expired: too old"):
        line(reader, event("ERROR", status))
    assert reader.version == "3"


def test_an_object_that_does_not_fit_is_told_of(reader):
    said = line(reader, event("MODIFIED", service("web", "7", port="eighty")))
    assert isinstance(said, Say)
    (verdict,) = said.verdicts
    assert str(said.subject) == str(verdict.subject) == "Service shop/web"
    assert "`$.object.spec.ports[0].port`" in verdict.message
    assert reader.version == "7"


@pytest.mark.parametrize("text", [b"<html>", b"", b"[]", b'{"type": "ADDED"}', b"\xff"])
def test_what_is_no_message_is_no_answer(reader, text):
    with pytest.raises(ApiUnreachable, match="another language"):
        reader.line(text)
    with pytest.raises(ApiUnreachable, match="another language"):
        reader.page(text)
    with pytest.raises(ApiUnreachable, match="another language"):
        reader.one(b"[]" if text.startswith(b"{") else text)


def test_pages(reader):
    good, bad = service("web", "1"), service("bad", "2", port="x")
    read = reader.page(json.dumps(page("9", good, bad, more="on")).encode())
    assert list(read.objects) == [WEB]
    assert [str(remark.subject) for remark in read.remarks] == ["Service shop/bad"]
    assert (read.version, read.next) == ("9", "on")
    assert reader.page(b'{"metadata": {"resourceVersion": "1"}, "items": null}').objects == {}


def test_what_a_secret_holds_is_kept_from_print():
    secret = {"metadata": {"namespace": "shop", "name": "tls"}, "data": {"tls.key": "aGk="}}
    read = Reader(SECRETS).one(json.dumps(secret).encode())
    assert isinstance(read, Put)
    assert read.value.data == {"tls.key": SecretBytes(b"aGk=")}
    assert "aGk" not in repr(read)
    wrong = Reader(SECRETS).one(json.dumps(secret | {"data": {"tls.key": 7}}).encode())
    assert isinstance(wrong, Say)
