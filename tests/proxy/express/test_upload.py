import pytest

from ingress.proxy.express.upload import Upload
from ingress.proxy.failures import Failure, FailureKind
from ingress.proxy.patience import patience_for_a_body
from ingress.proxy.upstream import CHUNKED
from ingress.settings import ProxySettings


class Link:
    """Keeps what is written, until it is gone."""

    def __init__(self):
        self.written, self.gone = [], False

    def write(self, data):
        if self.gone:
            raise Failure(FailureKind.CLOSED)
        self.written.append(data)


def upload_of(framing, *, max_bytes=0):
    patience = patience_for_a_body(ProxySettings())
    return Upload(framing, max_bytes=max_bytes, patience=patience)


def test_no_body_is_whole_and_complete_at_once():
    upload, link = upload_of(None), Link()
    upload.begin(link)
    assert (upload.whole, upload.body.complete, link.written) == (True, True, [])


def test_what_comes_before_the_link_is_held():
    upload, link = upload_of(CHUNKED), Link()
    upload.receive(b"hello")
    upload.end([(b"A", b"b")])
    assert (upload.consumed, upload.whole, upload.body.complete) == (0, True, False)
    upload.begin(link)
    assert link.written == [b"5\r\nhello\r\n", b"0\r\nA: b\r\n\r\n"]
    assert (upload.consumed, upload.body.complete) == (5, True)


def test_what_comes_behind_it_is_passed_on():
    upload, link = upload_of(5, max_bytes=5), Link()
    upload.begin(link)
    upload.receive(b"hel")
    assert (link.written, upload.body.complete) == ([b"hel"], False)
    upload.receive(b"lo")
    assert upload.body.complete
    upload.end([])
    assert (link.written, upload.consumed) == ([b"hel", b"lo"], 5)


def test_a_body_that_grows_too_long():
    upload = upload_of(CHUNKED, max_bytes=5)
    upload.receive(b"hello")
    with pytest.raises(Failure) as failed:
        upload.receive(b"!")
    assert failed.value.kind is FailureKind.BODY_TOO_LARGE


def test_a_link_that_is_gone_is_left_to_its_owner():
    upload, link = upload_of(5), Link()
    upload.begin(link)
    link.gone = True
    upload.receive(b"hel")
    upload.stop()
    upload.receive(b"lo")
    assert (link.written, upload.consumed) == ([], 3)
