import pytest

from ingress.model.memory import MEMORABLE, Memory


class Reading:
    """Reads numbers, and counts how often it is asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, text):
        self.asked.append(text)
        return int(text)


def test_what_recurs_is_asked_once():
    read = Reading()
    numbers = Memory(read, most=8)
    assert list(map(numbers.of, ("1", "2", "1", "1"))) == [1, 2, 1, 1]
    assert read.asked == ["1", "2"]


def test_nothing_that_is_long_is_remembered():
    read = Reading()
    numbers = Memory(read, most=8)
    for text in ("0" * MEMORABLE, "0" * (MEMORABLE + 1)):
        assert [numbers.of(text), numbers.of(text)] == [0, 0]
        assert (text in numbers) == (len(text) == MEMORABLE)
    assert len(read.asked) == 3


def test_too_many_are_forgotten_and_learnt_anew():
    read = Reading()
    numbers = Memory(read, most=2)
    assert list(map(numbers.of, ("1", "2", "3", "1"))) == [1, 2, 3, 1]
    assert [text in numbers for text in ("1", "2", "3")] == [True, False, True]


def test_what_raises_is_not_remembered():
    read = Reading()
    numbers = Memory(read, most=2)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            numbers.of("one")
    assert (len(numbers), read.asked) == (0, ["one", "one"])


def test_what_there_is_nothing_to_say_of_is_not_remembered():
    nothing = Memory(lambda _text: None, most=2)
    assert nothing.of("one") is None
    assert len(nothing) == 0
