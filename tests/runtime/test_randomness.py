from ingress.runtime.randomness import Randomness


def test_no_byte_is_given_twice():
    randomness = Randomness()
    drawn = [randomness(16) for _ in range(1000)]
    assert {len(each) for each in drawn} == {16}
    assert len(set(drawn)) == 1000


def test_any_length_is_given():
    randomness = Randomness()
    assert [len(randomness(count)) for count in (0, 1, 4096, 4097, 3)] == [0, 1, 4096, 4097, 3]
