import shutil

import pytest

from scripts import kubernetes
from scripts.chart_values import CHART
from scripts.charts import findings, lint


@pytest.fixture
def chart(tmp_path):
    return shutil.copytree(CHART, tmp_path / CHART.name)


def _edit(file, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_chart_is_in_step():
    assert list(findings(CHART)) == []


def test_a_changed_default_is_missing_in_the_readme(chart):
    _edit(chart / "values.yaml", "replicaCount: 2", "replicaCount: 3")
    assert list(findings(chart)) == [
        "README.md: its tables are not those of values.yaml; run `make format`"
    ]


def test_a_value_without_words_and_one_in_the_schema_alone(chart):
    _edit(chart / "values.yaml", "  # -- More flags", "  # More flags")
    _edit(chart / "values.yaml", "  # -- Whether it lives", "  # Whether it lives")
    _edit(chart / "values.yaml", "    minAvailable: 1\n", "    least: 1\n")
    found = "\n".join(findings(chart))
    assert "values.yaml: controller.livenessProbe.periodSeconds has no" in found
    assert "values.yaml says nothing of controller.podDisruptionBudget.minAvailable" in found


@pytest.mark.parametrize("name", kubernetes.STAGES["charts"])
def test_helm_lints(chart, name):
    kubernetes.make(("charts",))
    helm = kubernetes.home() / name
    assert list(lint(chart, helm)) == []
    _edit(chart / "values.yaml", "kind: Deployment", "kind: Deploiment")
    (finding,) = lint(chart, helm)
    assert finding.startswith(f"{name} lint:\n")
    assert "controller" in finding
