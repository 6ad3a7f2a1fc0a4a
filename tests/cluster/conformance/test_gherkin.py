import pytest
from cluster.conformance.gherkin import Step, read
from cluster.conformance.steps import take

WRITTEN = '''
Feature: Doors
  Prose, and more of it:
  Given here it is still prose? No: that is a step of nobody.

  Background:
    Given a door
      """
      colour:
        red
      """

  Scenario: It opens
    And prose may follow a heading only before its first step
    Then it is open

  Scenario Outline: It is painted
    When I paint it <colour> with <tool>

    Examples:
      | colour | tool    |
      | blue   | a brush |
      | green  | a roll  |
'''


@pytest.fixture
def feature(tmp_path):
    file = tmp_path / "doors.feature"
    file.write_text(WRITTEN)
    return read(file)


def test_a_background_and_the_text_below_a_step(feature):
    assert feature.background == [Step("a door", "colour:\n  red")]


def test_a_scenario_without_examples_is_one_case(feature):
    ((name, steps),) = feature.scenarios[0].cases()
    assert name == "It opens"
    assert steps[-1] == Step("it is open")


def test_each_example_is_a_case(feature):
    assert list(feature.scenarios[1].cases()) == [
        ("It is painted (blue, a brush)", [Step("I paint it blue with a brush")]),
        ("It is painted (green, a roll)", [Step("I paint it green with a roll")]),
    ]


def test_what_is_no_step_is_refused(tmp_path):
    file = tmp_path / "x.feature"
    file.write_text("Scenario: X\nThen it opens\nand this is misspelt\n")
    with pytest.raises(ValueError, match=r"x\.feature: no step: and this is misspelt"):
        read(file)


def test_a_sentence_that_nobody_knows_is_refused():
    with pytest.raises(LookupError, match="it flies"):
        take(Step("it flies"), None)
