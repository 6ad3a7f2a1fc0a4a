import pytest

from scripts.budgets import figures, findings

LONG = "def long():\n" + "    x = 1\n" * 40
SHORT = "def short(): ...\n" * 20


def test_a_good_tree_has_no_findings(plant):
    root = plant({"ingress/a.py": "x = 1\n" * 300, "ingress/b.py": SHORT + LONG[:-10]})
    assert list(findings(root)) == []


@pytest.mark.parametrize("folder", ["ingress/model", "scripts", "benchmarks"])
def test_a_module_over_its_budget(plant, folder):
    root = plant({f"{folder}/a.py": "x = 1\n" * 301})
    assert list(findings(root)) == [f"{folder}/a.py: 301 lines, the budget is 300"]


def test_tests_have_more_room(plant):
    root = plant({"tests/test_a.py": LONG + "x = 1\n" * 459})
    assert list(findings(root)) == []
    root = plant({"tests/test_a.py": LONG + "x = 1\n" * 460})
    assert list(findings(root)) == ["tests/test_a.py: 501 lines, the budget is 500"]


def test_a_function_over_its_budget(plant):
    root = plant({"ingress/a.py": SHORT + LONG})
    assert list(findings(root)) == ["ingress/a.py:21: long has 41 lines, the budget is 40"]


def test_a_waiver_needs_a_reason(plant):
    table, function = "x = 1\n" * 301, LONG.replace("():", "():  # budget:")
    root = plant({"ingress/a.py": SHORT + "# budget:\n" + table, "ingress/b.py": function})
    assert len(list(findings(root))) == 2
    root = plant(
        {
            "ingress/a.py": SHORT + "# budget: generated\n" + table,
            "ingress/b.py": function.replace("budget:", "budget: generated"),
        }
    )
    assert list(findings(root)) == []


def test_a_module_for_leftovers(plant):
    root = plant({"ingress/proxy/helpers.py": ""})
    assert list(findings(root)) == [
        "ingress/proxy/helpers.py: no module is named helpers; say what it is about"
    ]


def test_the_median_function_has_a_budget_too(plant):
    root = plant({"ingress/a.py": "def f():\n" + "    x = 1\n" * 9})
    assert list(findings(root)) == ["ingress: the median function has 10 lines"]


def test_figures_name_the_longest(plant):
    root = plant({"ingress/a.py": SHORT + LONG, "ingress/b.py": "x = 1\n"})
    assert list(figures(root)) == [
        "2 modules, 62 lines, median 31",
        "longest module 61 lines: ingress/a.py",
        "21 functions, median 1 lines",
        "longest function 41 lines: ingress/a.py:21 long",
    ]


def test_no_package_has_no_figures(plant):
    assert list(figures(plant({}))) == []
