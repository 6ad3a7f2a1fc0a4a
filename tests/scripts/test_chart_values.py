import pytest
import yaml

from scripts.chart_values import Value, documented, undocumented, unsaid, with_tables

TEXT = """\
# What this file is,
# in two lines.

# Names

# -- A name.
name: ""

controller:
  # How many

  # -- Pods of it, and there may
  # be none.
  replicas: 2
  # An aside.
  service:
    # -- Ports.
    ports:
      http: 80
      https: 443
  silent: {}
  loud:
    left: 1
"""
VALUES = yaml.safe_load(TEXT)
KNOWN = {value.path for value in documented(TEXT)}


def test_comments_with_two_dashes_document_the_key_below():
    assert list(documented(TEXT)) == [
        Value(("name",), "", "A name.", "Names"),
        Value(("controller", "replicas"), 2, "Pods of it, and there may be none.", "How many"),
        Value(("controller", "service", "ports"), {"http": 80, "https": 443}, "Ports.", "How many"),
    ]


def test_what_nothing_documents():
    assert list(undocumented(VALUES, KNOWN)) == [
        "values.yaml: controller.silent has no `# --` comment",
        "values.yaml: controller.loud.left has no `# --` comment",
    ]


def test_what_the_schema_has_and_the_values_have_not():
    names = {"replicas", "service", "silent", "loud", "kind"}
    schema = {
        "properties": {
            "global": {},
            "name": {},
            "controller": {
                "properties": {
                    **{name: {} for name in names},
                    # Whole objects are documented as one: what else they may hold is theirs.
                    "service": {"properties": {"ports": {"properties": {"grpc": {}}}, "type": {}}},
                }
            },
        }
    }
    assert sorted(unsaid(VALUES, schema, KNOWN)) == [
        "values.schema.json: values.yaml says nothing of controller.kind",
        "values.schema.json: values.yaml says nothing of controller.service.type",
    ]


def test_tables_stand_between_their_marks():
    begin = "<!-- Written by `make format` from values.yaml. -->"
    end = "<!-- End of what is written. -->"
    page = f"# Chart\n\n{begin}\nold\n{end}\nend\n"
    values = [Value(("a", "b"), {"x": "é"}, "What.", "One"), Value(("c",), None, "That.", "Two")]
    new = with_tables(page, iter(values))
    assert "old" not in new
    assert (
        '\n### One\n\n| value | default | |\n|---|---|---|\n| `a.b` | `{"x": "é"}` | What. |' in new
    )
    assert new.endswith("| `c` | `null` | That. |\n\n<!-- End of what is written. -->\nend\n")
    assert with_tables(new, iter(values)) == new


def test_a_page_without_a_place_is_refused():
    with pytest.raises(ValueError, match="no place"):
        with_tables("# Chart\n", iter(()))
