import json

from benchmarks import report


def test_the_page_is_what_the_kept_figures_give():
    assert report.PAGE.read_text() == report.page(), "run python -m benchmarks.report"


def test_the_chart_is_what_the_kept_figures_give():
    assert report.CHART.read_text() == report.picture(), "run python -m benchmarks.report"


def test_failures_are_told(tmp_path):
    for file in report.FIGURES.glob("*.json"):
        (tmp_path / file.name).write_text(file.read_text())
    requests = tmp_path / report.REQUESTS
    requests.write_text(requests.read_text().replace('"failed": 0', '"failed": 7', 1))
    first = json.loads(requests.read_text())["samples"][0]["proxy"]
    assert f"{first}, 1 KB, kept alive: 7 of " in report.page(tmp_path)
