"""The chart is sound: Helm's own linter likes it, and values, README and schema say the same."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from scripts import kubernetes
from scripts.chart_values import CHART, documented, readme, undocumented, unsaid


def findings(chart: Path) -> Iterator[str]:
    """Yield what is not in step."""
    text = (chart / "values.yaml").read_text(encoding="utf-8")
    schema = json.loads((chart / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load(text)
    known = {value.path for value in documented(text)}
    yield from undocumented(values, known)
    yield from unsaid(values, schema, known)
    if readme(chart) != (chart / "README.md").read_text(encoding="utf-8"):
        yield "README.md: its tables are not those of values.yaml; run `make format`"


def lint(chart: Path, helm: Path) -> Iterator[str]:
    """Yield what this Helm finds, warnings included."""
    done = subprocess.run(
        [helm, "lint", "--strict", "--quiet", chart], check=False, capture_output=True, text=True
    )
    if done.returncode:
        yield f"{helm.name} lint:\n{done.stdout}{done.stderr}".rstrip()


def _all() -> Iterator[str]:
    yield from findings(CHART)
    programs = kubernetes.find("charts")
    if programs is None:
        yield f"Helm is not here yet; run {sys.executable} -m scripts.kubernetes charts"
        return
    for name in kubernetes.STAGES["charts"]:
        yield from lint(CHART, programs / name)


if __name__ == "__main__":
    from scripts.report import report

    report(_all())
