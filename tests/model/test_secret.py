import copy
import pickle

import msgspec
import pytest

from ingress.model.secret import SecretBytes, secret_text

SECRET = SecretBytes(b"hush")


def test_it_is_like_bytes():
    assert SecretBytes(b"hush") == SECRET
    assert SecretBytes(b"other") != SECRET
    assert SECRET != b"hush"
    assert len({SECRET, SecretBytes(b"hush")}) == 1
    assert SECRET
    assert not SecretBytes(b"")
    assert SECRET.reveal() == b"hush"


@pytest.mark.parametrize("printed", [str, repr, "{}".format, "{!r:>9}".format, lambda s: f"{[s]}"])
def test_it_never_prints_itself(printed):
    assert "hush" not in printed(SECRET)
    assert "redacted" in printed(SECRET)


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode])
def test_it_leaves_by_no_side_door(way):
    with pytest.raises(TypeError):
        way(SECRET)


def test_text_becomes_one_when_it_is_decoded():
    assert msgspec.convert("hush", SecretBytes, dec_hook=secret_text) == SECRET
    with pytest.raises(msgspec.ValidationError, match="Expected `str`"):
        msgspec.convert(1, SecretBytes, dec_hook=secret_text)
    with pytest.raises(ValueError, match="Expected `str`"):
        secret_text(int, "hush")
