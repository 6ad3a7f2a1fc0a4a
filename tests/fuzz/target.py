"""What Atheris runs, by `python -m fuzz.target requests|answers`: our readers beside h11.

A word of two bytes says what is to be done with those behind it: where they are cut, and how an
answer is read. Whatever is wrong is raised, which ends the run.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import atheris

with atheris.instrument_imports(include=["ingress.proxy", "ingress.policies"]):
    from wire import test_answers_against_h11 as answers
    from wire import test_requests_against_h11 as requests

    from ingress.proxy.failures import Failure


class Word(NamedTuple):
    """What an input says: ``cut`` is where, in the 256th part of ``data``."""

    cut: int
    head: bool
    closes: bool
    upgrades: bool
    data: bytes

    @property
    def position(self) -> int:
        return self.cut * len(self.data) // 256


def word_of(raw: bytes) -> Word | None:
    """Read an input; ``None`` for one that is too short to say anything."""
    if len(raw) < 3:
        return None
    return Word(raw[0], bool(raw[1] & 1), bool(raw[1] & 2), bool(raw[1] & 4), raw[2:])


def check_requests(word: Word) -> None:
    """Demand that requests are read alike however they are cut, and as h11 reads them."""
    whole = requests.we_read(word.data)
    cut = requests.we_read(word.data, cut=word.position)
    if isinstance(whole, Failure):
        assert isinstance(cut, Failure), (word, whole, cut)
        return
    assert cut == whole, (word, whole, cut)
    theirs = requests.h11_reads(word.data)
    # What h11 alone refuses: white space around an extension's semicolon, an empty line first.
    refused = theirs is None and (b";" in word.data or word.data.startswith(b"\r\n"))
    if whole and not refused:
        method, _, body = whole[0]
        assert theirs == (method.encode(), body), (word, whole, theirs)


def check_answers(word: Word) -> None:
    """Demand the same of answers."""
    how = {
        "method": "HEAD" if word.head else "GET",
        "upgrade": b"websocket" if word.upgrades else b"",
        "closes": word.closes,
    }
    whole = answers.we_read(word.data, **how)
    cut = answers.we_read(word.data, cuts=(word.position,), **how)
    assert cut == whole, (word, whole, cut)
    theirs = answers.h11_reads(word.data, **how)
    if whole is not None and not (theirs is None and b";" in word.data):
        assert theirs == whole, (word, whole, theirs)


CHECKS: dict[str, Callable[[Word], None]] = {"requests": check_requests, "answers": check_answers}


def main() -> None:
    check = CHECKS[sys.argv.pop(1)]

    def run(raw: bytes) -> None:
        if (word := word_of(raw)) is not None:
            check(word)

    atheris.Setup(sys.argv, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
