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
    assert [numbers[text] for text in ("1", "2", "1", "1")] == [1, 2, 1, 1]
    assert read.asked == ["1", "2"]


def test_nothing_that_is_long_is_remembered():
    read = Reading()
    numbers = Memory(read, most=8)
    for text in ("0" * MEMORABLE, "0" * (MEMORABLE + 1)):
        assert [numbers[text], numbers[text]] == [0, 0]
    assert list(numbers) == ["0" * MEMORABLE]
    assert len(read.asked) == 3


def test_too_many_are_forgotten_and_learnt_anew():
    read = Reading()
    numbers = Memory(read, most=2)
    assert [numbers[text] for text in ("1", "2", "3", "1")] == [1, 2, 3, 1]
    assert numbers == {"3": 3, "1": 1}


def test_what_raises_is_not_remembered():
    read = Reading()
    numbers = Memory(read, most=2)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            numbers["one"]
    assert (numbers, read.asked) == ({}, ["one", "one"])
