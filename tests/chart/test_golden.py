"""Two renders, whole: read them to see what the chart installs, and their diff to see a change.

``UPDATE=1 pytest tests/chart/test_golden.py`` writes them.
"""

import os
from pathlib import Path

import pytest
from chart.cases import CASES
from chart.rendering import template

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", ["as it comes", "admission in one namespace"])
def test_a_whole_render(program, name):
    done = template(program, CASES[name])
    assert done.returncode == 0, done.stderr
    # Helms differ in the order of some kinds, and in empty lines at their ends.
    documents = done.stdout.removeprefix("---\n").split("\n---\n")
    text = "---\n".join(sorted(f"{document.rstrip()}\n" for document in documents))
    file = GOLDEN / f"{name.replace(' ', '-')}.yaml"
    if os.environ.get("UPDATE"):
        file.write_text(text)
    assert text == file.read_text()
