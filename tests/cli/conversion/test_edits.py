from ruamel.yaml import YAML

from ingress.cli.conversion.edits import Edits, Pair


def pairs(text: str) -> list[Pair]:
    node = YAML(typ="rt", pure=True).compose(text)
    return [Pair(key, value) for key, value in node.value]


def test_edits_are_applied_in_the_order_of_places():
    text = "'a': 1\nb:\n"
    first, second = pairs(text)
    edits = Edits(text)
    edits.fill(second, "y")
    edits.replace(first.key, "x")
    edits.insert(first.value.end_mark.index, "2")
    edits.insert(first.value.end_mark.index, "3")
    assert edits.applied() == "'x': 123\nb: y\n"


def test_the_style_of_a_key_is_known():
    text = '{"a":1,\r\n  b: 2}'
    first, second = pairs(text)
    edits = Edits(text)
    assert (edits.quote(first.key), edits.quote(second.key)) == ('"', "")
    assert (edits.colon(first), edits.colon(second)) == (":", ": ")
    assert (edits.margin(first.key), edits.margin(second.key)) == (None, "  ")
    assert (edits.new_line(2), edits.new_line("\t")) == ("\r\n  ", "\r\n\t")
